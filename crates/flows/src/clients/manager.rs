use postern_domain::audit::By;
use postern_domain::{
    Capability, Client, ClientId, ClientIdentifier, ClientOwner, ErrorCode, InstanceRight, Refusal, Subject,
    User,
};
use postern_storage::clients;

use crate::{Actor, App};

/// Who manages a client.
#[derive(Clone, Copy, Debug)]
pub enum Manager<'a> {
    /// Whoever runs commands on the server's machine.
    Operator,
    /// The client, which registers itself or manages its own registration.
    Itself,
    /// A person, with what is their own.
    User(&'a User),
    /// Whoever acts, also for the organizations in which their role allows it and that their credential reaches.
    Actor(&'a Actor),
}

impl Manager<'_> {
    /// Whether it may set what only the instance's own people may: first-party clients, resource servers, hidden scopes.
    pub(super) fn is_operator(self) -> bool {
        match self {
            Self::Operator => true,
            Self::Itself => false,
            Self::User(user) => user.rights.contains(&InstanceRight::InstanceAdmin),
            Self::Actor(actor) => actor.has_right(InstanceRight::InstanceAdmin),
        }
    }

    /// Who it is, for what is written down of its acts.
    pub(super) fn by(self) -> By {
        match self {
            Self::Operator => By::Operator,
            Self::Itself => By::Itself,
            Self::User(user) => By::user(user.id),
            Self::Actor(actor) => actor.by(),
        }
    }

    /// Whether they may manage what is `owner`'s: it is theirs, or their role in the organization allows it.
    pub(super) async fn may_manage(self, app: &App, owner: ClientOwner) -> Result<bool, Refusal> {
        let is_theirs = match (self, owner) {
            (Self::User(user), ClientOwner::User(id)) => id == user.id,
            (Self::Actor(actor), ClientOwner::User(id)) => {
                actor.permit().is_some_and(|permit| permit.subject == Subject::User(id))
            }
            (Self::Actor(actor), ClientOwner::Organization(id)) => {
                let role = actor.role(app, id).await?;
                role.is_some_and(|role| role.may(Capability::ManageClients))
            }
            _ => false,
        };
        Ok(is_theirs || self.is_operator())
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
    let client = client.ok_or_else(gone)?;
    if manager.may_manage(app, client.owner).await? { Ok(client) } else { Err(gone()) }
}

/// Who made a client, as people are told it.
///
/// # Errors
/// `temporarily_unavailable` or `server_error` if the database fails.
pub async fn publisher(app: &App, client: &Client) -> Result<Option<String>, Refusal> {
    Ok(match client.owner {
        ClientOwner::User(id) => app.user(id).await?.map(|owner| owner.name.to_string()),
        ClientOwner::Organization(id) => app.organization(id).await?.map(|owner| owner.name.to_string()),
        ClientOwner::Instance | ClientOwner::Nobody => None,
    })
}

/// The client that an operator means by its `client_id`, the id of its row or its name.
///
/// # Errors
/// `not_found` if there is none; `conflict` if several have that name.
pub async fn find_named(app: &App, name: &str) -> Result<Client, Refusal> {
    match find(app, Manager::Operator, name).await {
        Err(refusal) if refusal.code == ErrorCode::NotFound => {}
        found => return found,
    }
    let mut named = clients::find_by_name(&app.db, name, 2).await?;
    match (named.pop(), named.pop()) {
        (Some(client), None) => Ok(client),
        (Some(_), Some(_)) => {
            Err(Refusal::conflict(format!("several clients are called “{name}”; say which by its client_id")))
        }
        _ => Err(Refusal::not_found(format!("there is no client “{name}”"))),
    }
}

/// The answer where there is no such client, or it is another's.
pub(super) fn gone() -> Refusal {
    Refusal::not_found("there is no such client among yours; it may have been deleted")
}
