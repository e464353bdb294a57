use postern_domain::{Client, ClientId, ClientIdentifier, ClientOwner, InstanceRight, Refusal, User};
use postern_storage::clients;

use crate::App;

/// Who manages a client.
#[derive(Clone, Copy, Debug)]
pub enum Manager<'a> {
    /// Whoever runs commands on the server's machine.
    Operator,
    /// A signed-in person.
    User(&'a User),
}

impl Manager<'_> {
    /// Whether it may set what only the instance's own people may: first-party clients, resource servers, hidden scopes.
    pub(super) fn is_operator(self) -> bool {
        match self {
            Self::Operator => true,
            Self::User(user) => user.rights.contains(&InstanceRight::InstanceAdmin),
        }
    }

    fn may_manage(self, client: &Client) -> bool {
        match self {
            Self::User(user) if client.owner == ClientOwner::User(user.id) => true,
            _ => self.is_operator(),
        }
    }
}

/// The client that `name` (its `client_id`, or the id of its row) means, read afresh.
///
/// # Errors
/// `not_found` also for a client that is another's.
pub async fn find(app: &App, manager: Manager<'_>, name: &str) -> Result<Client, Refusal> {
    let mut client = match ClientIdentifier::parse(name) {
        Some(identifier) => clients::find_by_identifier(&app.db, &identifier).await?,
        None => None,
    };
    if client.is_none()
        && let Ok(id) = name.parse::<ClientId>()
    {
        client = clients::find(&app.db, id).await?;
    }
    client.filter(|client| manager.may_manage(client)).ok_or_else(gone)
}

/// The answer where there is no such client, or it is another's.
pub(super) fn gone() -> Refusal {
    Refusal::not_found("there is no such client among yours; it may have been deleted")
}
