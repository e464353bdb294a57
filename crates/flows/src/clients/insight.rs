use postern_domain::{Client, ClientId, ClientOwner, Lifetime, Refusal, Subject, Timestamp, User, UserId};
use postern_storage::clients::{self, ClientError, ClientUsage};

use super::Manager;
use crate::App;

/// How far back refused calls count as being of late.
const OF_LATE: Lifetime = Lifetime::days(7);

/// Refused calls that were refused for the same reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedCalls {
    /// When the last of them was.
    pub last_at: Timestamp,
    /// Where, such as `authorize`.
    pub endpoint: String,
    /// The code of the answer.
    pub code: String,
    /// The reason.
    pub reason: String,
    /// How many of them are kept: of each minute one.
    pub count: u64,
}

/// How a client does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Insight {
    /// How much it is used.
    pub usage: ClientUsage,
    /// Its refused calls, the latest first.
    pub refused: Vec<RefusedCalls>,
}

/// How a client does, for whoever has found it.
///
/// # Errors
/// `server_error` or `temporarily_unavailable` if the database fails.
pub async fn insight(app: &App, client: &Client) -> Result<Insight, Refusal> {
    let now = app.clock.now();
    let usage = clients::usage(&app.db, &[client.id], now, now.minus(OF_LATE)).await?;
    let usage = usage.get(&client.id).copied().unwrap_or_default();
    Ok(Insight { usage, refused: refused_calls(app, client).await? })
}

/// The refused calls of a client that are kept, the latest first.
pub(crate) async fn refused_calls(app: &App, client: &Client) -> Result<Vec<RefusedCalls>, Refusal> {
    Ok(together(clients::recent_errors(&app.db, client.id).await?))
}

/// The latest of a person's clients, each with how many of its calls were refused of late. Unlike [`list`] this costs the
/// same however many tokens they hold.
pub(crate) async fn latest(app: &App, user: &User, limit: u64) -> Result<Vec<(Client, u64)>, Refusal> {
    let clients = clients::list(&app.db, Some(ClientOwner::User(user.id)), None, limit).await?;
    let ids: Vec<ClientId> = clients.iter().map(|client| client.id).collect();
    let since = app.clock.now().minus(OF_LATE);
    let errors = clients::count_errors(&app.db, &ids, since).await?;
    let with_errors = |client: Client| {
        let count = errors.get(&client.id).copied().unwrap_or_default();
        (client, count)
    };
    Ok(clients.into_iter().map(with_errors).collect())
}

/// A page of clients with their use, the latest first: a person's own, or all for an operator on the machine. `before` is
/// the last client of the page before.
///
/// # Errors
/// `server_error` or `temporarily_unavailable` if the database fails.
pub async fn list(
    app: &App,
    manager: Manager<'_>,
    before: Option<ClientId>,
    limit: u64,
) -> Result<Vec<(Client, ClientUsage)>, Refusal> {
    of_owner(app, owner_of_list(manager), before, limit).await
}

/// The same of one owner or, for `None`, of everybody.
pub(crate) async fn of_owner(
    app: &App,
    owner: Option<ClientOwner>,
    before: Option<ClientId>,
    limit: u64,
) -> Result<Vec<(Client, ClientUsage)>, Refusal> {
    with_usage(app, clients::list(&app.db, owner, before, limit).await?).await
}

/// Clients with their use.
pub(crate) async fn with_usage(
    app: &App,
    clients: Vec<Client>,
) -> Result<Vec<(Client, ClientUsage)>, Refusal> {
    let ids: Vec<ClientId> = clients.iter().map(|client| client.id).collect();
    let now = app.clock.now();
    let usage = clients::usage(&app.db, &ids, now, now.minus(OF_LATE)).await?;
    let with_usage = |client: Client| {
        let usage = usage.get(&client.id).copied().unwrap_or_default();
        (client, usage)
    };
    Ok(clients.into_iter().map(with_usage).collect())
}

/// How many clients [`list`] has on all pages together.
///
/// # Errors
/// `server_error` or `temporarily_unavailable` if the database fails.
pub async fn count(app: &App, manager: Manager<'_>) -> Result<u64, Refusal> {
    Ok(clients::count(&app.db, owner_of_list(manager)).await?)
}

fn owner_of_list(manager: Manager<'_>) -> Option<ClientOwner> {
    match manager {
        Manager::Operator => None,
        // One that registers itself sees nobody else.
        Manager::Itself => Some(ClientOwner::User(UserId(uuid::Uuid::nil()))),
        Manager::User(user) => Some(ClientOwner::User(user.id)),
        Manager::Actor(actor) => actor.permit().map(|permit| match permit.subject {
            Subject::Organization(id) => ClientOwner::Organization(id),
            // What is neither a person nor an organization has none.
            other => ClientOwner::User(UserId(other.uuid())),
        }),
    }
}

fn together(errors: Vec<ClientError>) -> Vec<RefusedCalls> {
    let mut calls: Vec<RefusedCalls> = Vec::new();
    for error in errors {
        let same = |known: &&mut RefusedCalls| {
            known.endpoint == error.endpoint && known.code == error.code && known.reason == error.description
        };
        match calls.iter_mut().find(same) {
            Some(known) => known.count += 1,
            None => calls.push(RefusedCalls {
                last_at: error.at,
                endpoint: error.endpoint,
                code: error.code,
                reason: error.description,
                count: 1,
            }),
        }
    }
    calls
}
