use postern_domain::audit::{Action, Target};
use postern_domain::{Client, ClientMetadata, ClientOwner};
use serde_json::Value;

use super::Manager;
use crate::App;
use crate::audit::Entry;

/// That somebody did something to a client.
pub(crate) fn entry(app: &App, manager: Manager<'_>, action: Action, client: &Client) -> Entry {
    let organization = match client.owner {
        ClientOwner::Organization(id) => Some(id),
        ClientOwner::User(_) | ClientOwner::Instance | ClientOwner::Nobody => None,
    };
    let target = Target::new("client", client.id.0, &client.metadata.name);
    Entry::new(app, manager.by(), action, target).of(organization)
}

/// What is registered of a client. There is no secret in it.
pub(crate) fn facts(metadata: &ClientMetadata) -> Value {
    serde_json::to_value(metadata).unwrap_or_default()
}
