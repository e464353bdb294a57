//! The apps a person has connected, and how to cut one off.

use std::sync::Arc;

use postern_domain::{Client, ClientId, ClientIdentifier, ClientOwner, Refusal, Timestamp, User, UserId};
use postern_storage::consents::{self, ConnectionCursor};
use postern_storage::tokens;

use crate::App;

/// How many apps one page shows.
const PER_PAGE: u64 = 25;

/// An app that holds access of a person.
#[derive(Debug)]
pub struct Application {
    /// The app.
    pub client: Arc<Client>,
    /// Who made it, if a person did.
    pub publisher: Option<String>,
    /// What it may do, in the words of the catalogue.
    pub scopes: Vec<String>,
    /// Since when.
    pub since: Timestamp,
    /// When it last used it.
    pub last_used_at: Option<Timestamp>,
}

/// Part of a person's apps, the one used last first.
#[derive(Debug)]
pub struct Applications {
    /// The apps.
    pub items: Vec<Application>,
    /// The cursor of those that follow, if any do.
    pub next: Option<String>,
}

/// The apps that hold access of `user`, from `cursor` on.
///
/// # Errors
/// `invalid_request` for a cursor that is none.
pub async fn list(app: &App, user: &User, cursor: Option<&str>) -> Result<Applications, Refusal> {
    let after = cursor.map(read_cursor).transpose()?;
    let now = app.clock.now();
    let mut found = consents::connections(&app.db, user.id, after, PER_PAGE + 1, now).await?;
    let more = found.len() as u64 > PER_PAGE;
    found.truncate(usize::try_from(PER_PAGE).unwrap_or(usize::MAX));
    let next = found.last().filter(|_| more).map(|last| write_cursor(last.cursor()));
    let mut items = Vec::with_capacity(found.len());
    for one in found {
        // A client that was deleted meanwhile holds nothing any more.
        let Some(client) = app.client_by_id(one.client_id).await? else { continue };
        let publisher = match client.owner {
            ClientOwner::User(id) => app.user(id).await?.map(|owner| owner.name.to_string()),
            ClientOwner::Organization(_) | ClientOwner::Instance => None,
        };
        let label =
            |name: &str| app.catalogue.find(name).map_or_else(|| name.to_owned(), |row| row.label.clone());
        let scopes = one.scopes.iter().map(label).collect();
        items.push(Application {
            client,
            publisher,
            scopes,
            since: one.since,
            last_used_at: one.last_used_at,
        });
    }
    Ok(Applications { items, next })
}

/// How many apps hold access of `user`.
///
/// # Errors
/// `temporarily_unavailable` or `server_error` if the database fails.
pub async fn count(app: &App, user: &User) -> Result<u64, Refusal> {
    Ok(consents::count_connections(&app.db, user.id, app.clock.now()).await?)
}

struct Cut {
    user: UserId,
    client: ClientId,
    now: Timestamp,
}

/// Cuts an app off at once: what the person allowed it is forgotten, and every token that it holds of theirs dies.
/// Answers the app.
///
/// # Errors
/// `not_found` if there is no such app.
pub async fn cut_off(app: &App, user: &User, client: &str) -> Result<Arc<Client>, Refusal> {
    let unknown = || Refusal::not_found("there is no such app");
    let identifier = ClientIdentifier::parse(client).ok_or_else(unknown)?;
    let client = app.client(&identifier).await?.ok_or_else(unknown)?;
    let cut = Cut { user: user.id, client: client.id, now: app.clock.now() };
    let done: Result<(), Refusal> = app
        .db
        .write(cut, |tx, cut| {
            Box::pin(async move {
                consents::delete(tx, cut.user, cut.client).await?;
                tokens::revoke_for_client_and_user(tx, cut.client, cut.user, cut.now).await?;
                Ok(())
            })
        })
        .await;
    done.map(|()| client)
}

fn write_cursor(cursor: ConnectionCursor) -> String {
    format!("{}.{}", cursor.at.0, cursor.client_id)
}

fn read_cursor(text: &str) -> Result<ConnectionCursor, Refusal> {
    text.split_once('.')
        .and_then(|(at, client)| {
            Some(ConnectionCursor { at: Timestamp(at.parse().ok()?), client_id: client.parse().ok()? })
        })
        .ok_or_else(|| Refusal::invalid_request("the cursor is none of this list"))
}
