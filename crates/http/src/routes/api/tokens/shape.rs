//! What calls about tokens take and answer.

use postern_domain::Timestamp;
use postern_flows::api_tokens::{Token, TokenDraft};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::{Problem, present, words};

/// A personal or organization token as it is known: never its value.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct TokenShown {
    id: Uuid,
    /// `pat` or `oat`.
    kind: &'static str,
    name: String,
    /// The last characters of its value.
    hint: String,
    note: Option<String>,
    /// Whose it is, or who made it for the organization.
    user_id: Option<Uuid>,
    organization_id: Option<Uuid>,
    /// What it was given; what it may do is never more than its owner may at the time.
    scopes: Vec<String>,
    /// Whether it holds whatever its owner may do.
    everything: bool,
    /// The addresses and networks it may be used from; none is any.
    networks: Vec<String>,
    /// What it may be used for, one limit each; none is no limit.
    limits: Vec<String>,
    /// Until when its limits only report what they would refuse, in Unix seconds.
    report_only_until: Option<i64>,
    /// Whether it works for any active user, whom Basic names.
    any_user: bool,
    /// `active`, `expired` or `revoked`.
    state: &'static str,
    created_by: Option<Uuid>,
    /// Unix seconds.
    created_at: i64,
    /// `null` is never.
    expires_at: Option<i64>,
    revoked_at: Option<i64>,
    last_used_at: Option<i64>,
    last_used_from: Option<String>,
}

/// A token with its value.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct NewValue {
    #[serde(flatten)]
    pub(super) shown: TokenShown,
    /// Shown this once.
    pub(super) token: String,
    /// When the value before stops working, in Unix seconds.
    pub(super) previous_expires_at: Option<i64>,
}

/// A token to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TokenToBe {
    name: String,
    /// None is none: it then only says who its owner is.
    #[serde(default)]
    scopes: Vec<String>,
    /// Whether it holds whatever its owner may do; of personal tokens only.
    #[serde(default)]
    everything: bool,
    #[serde(default)]
    note: Option<String>,
    /// Such as `30d`, or `never`; else what is usual.
    #[serde(default)]
    expires_in: Option<String>,
    /// Unix seconds, in the place of `expires_in`.
    #[serde(default)]
    expires_at: Option<i64>,
    #[serde(default)]
    networks: Vec<String>,
    /// What it may be used for, one limit each: `[get]URL_REGEX[QueryParam::name==REGEX][JsonData::node==REGEX]`.
    #[serde(default)]
    limits: Vec<String>,
    /// For how long its limits only report what they would refuse, such as `7d`.
    #[serde(default)]
    report_only: Option<String>,
    /// Whether it works for any active user, whom Basic names; for administrators only, where the server allows it.
    #[serde(default)]
    any_user: bool,
    /// For whom, if not oneself; for administrators only.
    #[serde(default)]
    #[schema(format = Uuid)]
    pub(super) user_id: Option<String>,
    /// Of which organization; its own token need not say.
    #[serde(default)]
    #[schema(format = Uuid)]
    pub(super) organization_id: Option<String>,
}

/// What is to change; what is left out stays as it is.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct TokenChange {
    name: Option<String>,
    scopes: Option<Vec<String>>,
    everything: Option<bool>,
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    note: Option<Option<String>>,
    /// Such as `30d` from now, or `never`.
    expires_in: Option<String>,
    /// Unix seconds, in the place of `expires_in`.
    expires_at: Option<i64>,
    networks: Option<Vec<String>>,
    /// All of its limits, one each; an empty list takes them away.
    limits: Option<Vec<String>>,
    /// For how long its limits only report what they would refuse, such as `7d`; empty for no longer.
    report_only: Option<String>,
}

/// How long the old value goes on.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Overlap {
    /// Such as `24h`; else it ends at once.
    #[schema(schema_with = words::span_or_null)]
    pub(super) overlap: Option<String>,
}

impl TokenShown {
    pub(in super::super) fn new(token: &Token, now: Timestamp) -> Self {
        let api = token.api();
        let state = match (token.revoked_at, token.is_live(now)) {
            (Some(_), _) => "revoked",
            (None, true) => "active",
            (None, false) => "expired",
        };
        Self {
            id: token.id.0,
            kind: token.kind.spec().code,
            name: api.map(|api| api.name.to_string()).unwrap_or_default(),
            hint: api.map(|api| api.hint.clone()).unwrap_or_default(),
            note: api.and_then(|api| api.note.clone()),
            user_id: token.user_id.map(|id| id.0),
            organization_id: token.organization_id.map(|id| id.0),
            scopes: token.permit.scopes.iter().map(str::to_owned).collect(),
            everything: api.is_some_and(|api| api.everything),
            networks: api
                .map(|api| api.networks.iter().map(ToString::to_string).collect())
                .unwrap_or_default(),
            limits: limits_of(token),
            report_only_until: api.and_then(|api| api.report_only_until).map(|until| until.0),
            any_user: api.is_some_and(|api| api.any_user),
            state,
            created_by: api.and_then(|api| api.created_by).map(|id| id.0),
            created_at: token.created_at.0,
            expires_at: token.expires_at.map(|at| at.0),
            revoked_at: token.revoked_at.map(|at| at.0),
            last_used_at: token.last_used_at.map(|at| at.0),
            last_used_from: api.and_then(|api| api.last_used_from.clone()),
        }
    }
}

impl TokenToBe {
    /// The same as a form has it.
    pub(super) fn draft(&self) -> Result<TokenDraft, Problem> {
        Ok(TokenDraft {
            name: self.name.clone(),
            note: self.note.clone().unwrap_or_default(),
            scopes: self.scopes.clone(),
            everything: self.everything,
            expiry: expiry(self.expires_in.as_deref(), self.expires_at)?.unwrap_or_default(),
            expiry_date: String::new(),
            networks: self.networks.clone(),
            limits: self.limits.join("\n"),
            report_only: self.report_only.clone().unwrap_or_default(),
            any_user: self.any_user,
        })
    }
}

impl TokenChange {
    /// A token with these changes.
    pub(super) fn applied_to(self, now: TokenDraft) -> Result<TokenDraft, Problem> {
        let expiry = expiry(self.expires_in.as_deref(), self.expires_at)?;
        Ok(TokenDraft {
            name: self.name.unwrap_or(now.name),
            note: self.note.map_or(now.note, Option::unwrap_or_default),
            scopes: self.scopes.unwrap_or(now.scopes),
            everything: self.everything.unwrap_or(now.everything),
            expiry: expiry.unwrap_or(now.expiry),
            expiry_date: String::new(),
            networks: self.networks.unwrap_or(now.networks),
            limits: self.limits.map_or(now.limits, |lines| lines.join("\n")),
            report_only: self.report_only.unwrap_or(now.report_only),
            any_user: now.any_user,
        })
    }
}

/// Its own limits, as they can be changed.
fn limits_of(token: &Token) -> Vec<String> {
    let lines = token.permit.limits.last().map(|set| set.lines().iter().map(ToString::to_string));
    lines.into_iter().flatten().collect()
}

fn expiry(span: Option<&str>, at: Option<i64>) -> Result<Option<String>, Problem> {
    match (span, at) {
        (Some(_), Some(_)) => Err(Problem::malformed("send expires_in or expires_at, one of the two")),
        (Some(span), None) => Ok(Some(span.to_owned())),
        (None, Some(at)) => Ok(Some(format!("@{at}"))),
        (None, None) => Ok(None),
    }
}
