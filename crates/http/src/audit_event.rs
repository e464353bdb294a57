//! What was written down, as the API and exports show it, and how it is asked for.

use std::str::FromStr;

use postern_domain::Timestamp;
use postern_domain::audit::{Act, By, Call, Event};
use postern_flows::audit::Filter;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// A call with a token, or a change that somebody made. `kind` says which.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct AuditEvent {
    /// Its id; of a call also the `X-Request-Id` of the answer.
    pub(crate) id: Uuid,
    /// When, in Unix seconds.
    pub(crate) at: i64,
    /// `call` or `act`.
    pub(crate) kind: &'static str,
    /// Who: `person`, `operator` on the server's machine, `server` or `anybody`.
    pub(crate) by: &'static str,
    /// The person whose token was used, or who acted.
    pub(crate) user_id: Option<Uuid>,
    /// On whose behalf, if not their own.
    pub(crate) acting_for: Option<Uuid>,
    /// The token that was used.
    pub(crate) token_id: Option<Uuid>,
    /// Its kind, such as `pat`.
    pub(crate) token_kind: Option<&'static str>,
    /// The app that used it, if it was given to one. It is the id of the client's row.
    pub(crate) client_id: Option<Uuid>,
    /// The organization that it concerns.
    pub(crate) organization_id: Option<Uuid>,
    /// Where it came from.
    pub(crate) address: Option<String>,
    /// Of a call: `api` or `guard`.
    pub(crate) place: Option<&'static str>,
    /// Of a call.
    pub(crate) method: Option<String>,
    /// Of a call. What may be a secret in it is left out.
    pub(crate) url: Option<String>,
    /// Of a call: the status of the answer.
    pub(crate) status: Option<u16>,
    /// Of a call: `allowed`, `refused` or `report_only`.
    pub(crate) verdict: Option<&'static str>,
    /// Of a call: the code of what was wrong with it.
    pub(crate) reason: Option<String>,
    /// Of a call: the line of the token's limits that let it through.
    pub(crate) line: Option<u32>,
    /// Of a call: how long it took, in microseconds.
    pub(crate) latency_us: Option<u64>,
    /// Of a change: what was done, such as `token.made`.
    pub(crate) action: Option<&'static str>,
    /// Of a change: what it was done to.
    pub(crate) target_kind: Option<String>,
    /// Its id.
    pub(crate) target_id: Option<Uuid>,
    /// What it was called at the time.
    pub(crate) target_name: Option<String>,
    /// Of a change: what was before.
    #[schema(value_type = Option<Object>)]
    pub(crate) before: Option<Value>,
    /// Of a change: what has been since.
    #[schema(value_type = Option<Object>)]
    pub(crate) after: Option<Value>,
}

impl From<Event> for AuditEvent {
    fn from(event: Event) -> Self {
        match event {
            Event::Call(call) => of_call(call),
            Event::Act(act) => of_act(act),
        }
    }
}

fn of_call(call: Call) -> AuditEvent {
    AuditEvent {
        id: call.id.0,
        at: call.at.0,
        kind: "call",
        by: "person",
        user_id: call.user_id.map(|id| id.0),
        acting_for: call.acting_for.map(|id| id.0),
        token_id: Some(call.token_id.0),
        token_kind: Some(call.kind.spec().code),
        client_id: call.client_id.map(|id| id.0),
        organization_id: call.organization_id.map(|id| id.0),
        address: Some(call.address.to_string()),
        place: Some(call.place.as_str()),
        method: Some(call.method),
        url: Some(call.url),
        status: Some(call.status),
        verdict: Some(call.verdict.as_str()),
        reason: call.reason.map(|reason| reason.into_owned()),
        line: call.line,
        latency_us: Some(call.latency_us),
        ..AuditEvent::default()
    }
}

fn of_act(act: Act) -> AuditEvent {
    let (by, user_id, acting_for, token_id) = match act.by {
        By::Operator => ("operator", None, None, None),
        By::Server => ("server", None, None, None),
        By::Anybody => ("anybody", None, None, None),
        By::Itself => ("itself", None, None, None),
        By::Person { user_id, acting_for, token_id } => ("person", user_id, acting_for, token_id),
    };
    AuditEvent {
        id: act.id.0,
        at: act.at.0,
        kind: "act",
        by,
        user_id: user_id.map(|id| id.0),
        acting_for: acting_for.map(|id| id.0),
        token_id: token_id.map(|id| id.0),
        organization_id: act.organization_id.map(|id| id.0),
        address: act.address.map(|address| address.to_string()),
        action: Some(act.action.code()),
        target_kind: Some(act.target.kind.into_owned()),
        target_id: act.target.id,
        target_name: Some(act.target.name),
        before: act.before,
        after: act.after,
        ..AuditEvent::default()
    }
}

/// What is asked for by the parameters of a query.
///
/// # Errors
/// A sentence that says which of them is none.
pub(crate) fn filter_of<'a>(get: impl Fn(&str) -> Option<&'a str>) -> Result<Filter, String> {
    let given = |name: &str| get(name).map(str::trim).filter(|text| !text.is_empty());
    Ok(Filter {
        token: read(given("token_id"))?,
        user: read(given("user_id"))?,
        organization: read(given("organization_id"))?,
        sort: read(given("kind"))?,
        verdict: read(given("verdict"))?,
        action: read(given("action"))?,
        since: moment(given("since"), "since")?,
        until: moment(given("until"), "until")?,
    })
}

fn read<T: FromStr>(text: Option<&str>) -> Result<Option<T>, String>
where
    T::Err: ToString,
{
    text.map(|text| text.parse().map_err(|error: T::Err| error.to_string())).transpose()
}

fn moment(text: Option<&str>, name: &str) -> Result<Option<Timestamp>, String> {
    let Some(text) = text else { return Ok(None) };
    let seconds = text.parse().ok().filter(|seconds| (0..=9_999_999_999).contains(seconds));
    seconds.map(Timestamp).map(Some).ok_or_else(|| format!("{name} is a moment in Unix seconds"))
}
