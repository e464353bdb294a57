use postern_domain::audit::{Act, By, Call, CallVerdict, Event};
use postern_domain::{OrganizationId, UserId};
use postern_flows::audit::Names;
use postern_templating::pages::AuditRow;
use postern_templating::{Badge, Tone, When};
use serde_json::Value;

use crate::audit_event::AuditEvent;

/// An event as a sentence.
pub(super) fn row(event: Event, names: &Names, now: i64) -> AuditRow {
    let row = match &event {
        Event::Call(call) => of_call(call, names, now),
        Event::Act(act) => of_act(act, names, now),
    };
    AuditRow { facts: facts(event), ..row }
}

fn of_call(call: &Call, names: &Names, now: i64) -> AuditRow {
    let token = names.tokens.get(&call.token_id).filter(|name| !name.is_empty());
    let app = call.client_id.and_then(|id| names.clients.get(&id));
    let (did, what) = match (token, app) {
        (Some(token), _) => ("called with the token".to_owned(), Some(token.clone())),
        (None, Some(app)) => ("called through the app".to_owned(), Some(app.clone())),
        (None, None) => (format!("called with a {}", call.kind.spec().label), None),
    };
    let (tone, word) = match call.verdict {
        CallVerdict::Allowed if call.status < 400 => (Tone::Good, "allowed"),
        CallVerdict::Allowed => (Tone::Neutral, "allowed"),
        CallVerdict::Refused => (Tone::Bad, "refused"),
        CallVerdict::ReportOnly => (Tone::Warning, "would be refused"),
    };
    let mut details = format!("from {} in {}", call.address, in_words(call.latency_us));
    details.push_str(&in_organization(call.organization_id, names));
    if let Some(reason) = &call.reason {
        details.push_str(&format!(": {}", reason.replace('_', " ")));
    }
    AuditRow {
        id: call.id.to_string(),
        when: When::new(call.at.0, now),
        who: who(call.user_id, call.acting_for, names),
        did,
        what,
        url: Some(format!("{} {}", call.method, call.url)),
        details,
        facts: Vec::new(),
        outcome: Badge::new(tone, format!("{word}, {}", call.status)),
    }
}

fn of_act(act: &Act, names: &Names, now: i64) -> AuditRow {
    let who = match act.by {
        By::Operator => "the operator".to_owned(),
        By::Server => "the server".to_owned(),
        By::Anybody => "somebody".to_owned(),
        By::Itself => "it itself".to_owned(),
        By::Person { user_id, acting_for, .. } => who(user_id, acting_for, names),
    };
    let noun = noun(&act.target.kind, act.action.code());
    let space = if noun.is_empty() { "" } else { " " };
    let mut details = match act.address {
        Some(address) => format!("from {address}"),
        None => "on the server".to_owned(),
    };
    if let By::Person { token_id: Some(token), .. } = act.by {
        let name = names.tokens.get(&token).filter(|name| !name.is_empty());
        details.push_str(&name.map_or(" with a token".to_owned(), |name| format!(" with the token {name}")));
    }
    details.push_str(&in_organization(act.organization_id, names));
    AuditRow {
        id: act.id.to_string(),
        when: When::new(act.at.0, now),
        who,
        did: format!("{}{space}{noun}", act.action.words()),
        what: Some(act.target.name.clone()),
        url: None,
        details,
        facts: Vec::new(),
        outcome: Badge::new(Tone::Accent, "changed"),
    }
}

/// What stands in front of the name of what something was done to.
fn noun(kind: &str, action: &str) -> &'static str {
    match kind {
        "token" => "the token",
        "client" if action.starts_with("client.") => "the client",
        "client" => "the app",
        "organization" => "the organization",
        "user" if action.starts_with("user.") => "the account",
        "customer" => "the customer",
        "session" => "the session",
        _ => "",
    }
}

fn who(user: Option<UserId>, acting_for: Option<UserId>, names: &Names) -> String {
    let name =
        |id: UserId| names.users.get(&id).cloned().unwrap_or_else(|| "somebody who is gone".to_owned());
    match (user, acting_for) {
        (Some(user), Some(other)) => format!("{} for {}", name(user), name(other)),
        (Some(user), None) => name(user),
        (None, Some(other)) => format!("somebody for {}", name(other)),
        (None, None) => "somebody".to_owned(),
    }
}

fn in_organization(id: Option<OrganizationId>, names: &Names) -> String {
    id.and_then(|id| names.organizations.get(&id)).map(|slug| format!(" in {slug}")).unwrap_or_default()
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
