use postern_domain::audit::{Act, By, Call, CallVerdict, Event};
use postern_domain::{OrganizationId, UserId};
use postern_flows::audit::Names;
use postern_templating::pages::AuditRow;
use postern_templating::{Badge, Text, Tone, When, markup, t};
use serde_json::Value;

use super::sentence::sentence;
use crate::audit_event::AuditEvent;

/// An event as a sentence.
pub(crate) fn row(event: Event, names: &Names, now: i64) -> AuditRow {
    let row = match &event {
        Event::Call(call) => of_call(call, names, now),
        Event::Act(act) => of_act(act, names, now),
    };
    AuditRow { facts: facts(event), ..row }
}

fn of_call(call: &Call, names: &Names, now: i64) -> AuditRow {
    let token = names.tokens.get(&call.token_id).filter(|name| !name.is_empty());
    let app = call.client_id.and_then(|id| names.clients.get(&id));
    let sentence = match (token, app) {
        (Some(token), _) => {
            markup("<strong><bdi>{who}</bdi></strong> called with the token <bdi>{what}</bdi>")
                .with("what", token)
        }
        (None, Some(app)) => {
            markup("<strong><bdi>{who}</bdi></strong> called through the app <bdi>{what}</bdi>")
                .with("what", app)
        }
        (None, None) => markup("<strong><bdi>{who}</bdi></strong> called with a {kind}")
            .with("kind", Text::sentence(call.kind.spec().label)),
    };
    let outcome = match call.verdict {
        CallVerdict::Allowed if call.status < 400 => Badge::new(Tone::Good, t("allowed, {status}")),
        CallVerdict::Allowed => Badge::new(Tone::Neutral, t("allowed, {status}")),
        CallVerdict::Refused => Badge::new(Tone::Bad, t("refused, {status}")),
        CallVerdict::ReportOnly => Badge::new(Tone::Warning, t("would be refused, {status}")),
    };
    let from = t("from {address} in {time}")
        .with("address", call.address.to_string())
        .with("time", in_words(call.latency_us));
    let details = in_organization(from, call.organization_id, names);
    AuditRow {
        id: call.id.to_string(),
        when: When::new(call.at.0, now),
        sentence: sentence.with("who", who(call.user_id, call.acting_for, names)),
        url: Some(format!("{} {}", call.method, call.url)),
        details: match &call.reason {
            Some(reason) => {
                t("{details}: {reason}").with("details", details).with("reason", reason.replace('_', " "))
            }
            None => details,
        },
        facts: Vec::new(),
        outcome: Badge { text: outcome.text.with("status", call.status.to_string()), ..outcome },
    }
}

fn of_act(act: &Act, names: &Names, now: i64) -> AuditRow {
    let who = match act.by {
        By::Operator => t("the operator"),
        By::Server => t("the server"),
        By::Anybody => t("Somebody"),
        By::Itself => t("it itself"),
        By::Person { user_id, acting_for, .. } => who(user_id, acting_for, names),
    };
    let mut details = match act.address {
        Some(address) => t("from {address}").with("address", address.to_string()),
        None => t("on the server"),
    };
    if let By::Person { token_id: Some(token), .. } = act.by {
        let name = names.tokens.get(&token).filter(|name| !name.is_empty());
        details = match name {
            Some(name) => t("{details} with the token {name}").with("name", name),
            None => t("{details} with a token"),
        }
        .with("details", details);
    }
    AuditRow {
        id: act.id.to_string(),
        when: When::new(act.at.0, now),
        sentence: sentence(act).with("who", who).with("what", &act.target.name),
        url: None,
        details: in_organization(details, act.organization_id, names),
        facts: Vec::new(),
        outcome: Badge::new(Tone::Accent, t("changed")),
    }
}

fn who(user: Option<UserId>, acting_for: Option<UserId>, names: &Names) -> Text {
    let name = |id: UserId| match names.users.get(&id) {
        Some(name) => Text::verbatim(name.clone()),
        None => t("somebody who is gone"),
    };
    match (user, acting_for) {
        (Some(user), Some(other)) => {
            t("{name} for {other}").with("name", name(user)).with("other", name(other))
        }
        (Some(user), None) => name(user),
        (None, Some(other)) => t("somebody for {other}").with("other", name(other)),
        (None, None) => t("Somebody"),
    }
}

fn in_organization(details: Text, id: Option<OrganizationId>, names: &Names) -> Text {
    match id.and_then(|id| names.organizations.get(&id)) {
        Some(slug) => t("{details} in {organization}").with("details", details).with("organization", slug),
        None => details,
    }
}

fn in_words(microseconds: u64) -> String {
    match microseconds {
        us if us < 1_000 => format!("{us} µs"),
        us if us < 1_000_000 => format!("{}.{} ms", us / 1_000, us % 1_000 / 100),
        us => format!("{}.{} s", us / 1_000_000, us % 1_000_000 / 100_000),
    }
}

/// All that there is, by name.
fn facts(event: Event) -> Vec<(String, String)> {
    let Ok(Value::Object(all)) = serde_json::to_value(AuditEvent::from(event)) else { return Vec::new() };
    let shown = |(name, value): (String, Value)| {
        let text = match value {
            Value::Null => return None,
            Value::String(text) => text,
            other => other.to_string(),
        };
        Some((name.replace('_', " "), text))
    };
    all.into_iter().filter_map(shown).collect()
}
