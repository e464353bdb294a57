use postern_domain::audit::{Action, By, Target};
use postern_storage::tokens::Token;
use serde_json::{Value, json};

use crate::audit::Entry;
use crate::{Actor, App};

/// That somebody did something to a token.
pub(super) fn entry(app: &App, actor: &Actor, action: Action, token: &Token) -> Entry {
    of(app, actor.by(), action, token)
}

/// The same of whoever it is.
pub(crate) fn of(app: &App, by: By, action: Action, token: &Token) -> Entry {
    let name = token.api().map_or_else(|| token.kind.spec().label.to_owned(), |api| api.name.to_string());
    Entry::new(app, by, action, Target::new("token", token.id.0, name)).of(token.organization_id)
}

/// What a token is, without its value.
pub(super) fn facts(token: &Token) -> Value {
    let api = token.api();
    json!({
        "kind": token.kind.spec().code,
        "name": api.map(|api| &api.name),
        "note": api.and_then(|api| api.note.as_ref()),
        "user_id": token.user_id,
        "scopes": token.permit.scopes,
        "everything": api.is_some_and(|api| api.everything),
        "networks": api.map(|api| &api.networks),
        "any_user": api.is_some_and(|api| api.any_user),
        "limits": token.permit.limits,
        "report_only_until": api.and_then(|api| api.report_only_until),
        "expires_at": token.expires_at,
    })
}
