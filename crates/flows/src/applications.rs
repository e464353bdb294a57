//! The apps a person has connected, and how to cut one off.

use std::collections::BTreeSet;
use std::sync::Arc;

use postern_domain::audit::{Action, By, Target};
use postern_domain::{
    Catalogue, Claim, Client, ClientId, ClientIdentifier, Refusal, Scopes, Timestamp, User, UserId,
};
use postern_storage::consents::{self, ConnectionCursor};
use postern_storage::tokens;
use url::Url;

use crate::audit::{self, Entry};
use crate::{App, Paging, Slice, clients};

/// An app that holds access of a person.
#[derive(Debug)]
pub struct Application {
    /// The app.
    pub client: Arc<Client>,
    /// Who made it, if a person or an organization did.
    pub publisher: Option<String>,
    /// What it may do.
    pub scopes: Scopes,
    /// The claims that it may learn by name beyond what those stand for.
    pub claims: BTreeSet<Claim>,
    /// Since when.
    pub since: Timestamp,
    /// When it last used it.
    pub last_used_at: Option<Timestamp>,
}

/// A part of the apps that hold access of `user`, the one used last first.
///
/// # Errors
/// `invalid_request` for a cursor that is none of this list.
pub async fn list(app: &App, user: &User, paging: &Paging) -> Result<Slice<Application>, Refusal> {
    let list = format!("applications {}", user.id);
    let after = paging.after(app, &list)?.as_deref().and_then(read_cursor);
    let now = app.clock.now();
    let found = consents::connections(&app.db, user.id, after, paging.with_one_more(), now).await?;
    let found = paging.slice(app, &list, found, |one| write_cursor(one.cursor()));
    let mut items = Vec::with_capacity(found.items.len());
    for one in found.items {
        // A client that was deleted meanwhile holds nothing any more.
        let Some(client) = app.client_by_id(one.client_id).await? else { continue };
        let publisher = clients::publisher(app, &client).await?;
        items.push(Application {
            client,
            publisher,
            scopes: one.scopes,
            claims: one.claims,
            since: one.since,
            last_used_at: one.last_used_at,
        });
    }
    Ok(Slice { items, next: found.next })
}

impl Application {
    /// Where a sign-in at the app begins, if it says so: its `initiate_login_uri` with this server as `iss`, and its home
    /// page as where to go on to (OIDC Core section 4).
    pub fn open_url(&self, app: &App) -> Option<Url> {
        let metadata = &self.client.metadata;
        let mut url = Url::parse(metadata.initiate_login_uri.as_ref()?.as_str()).ok()?;
        let mut query = url.query_pairs_mut();
        query.append_pair("iss", app.config.issuer());
        if let Some(home) = &metadata.homepage_url {
            query.append_pair("target_link_uri", home.as_str());
        }
        drop(query);
        Some(url)
    }

    /// What it may do and learn, in the words of the catalogue.
    pub fn in_words(&self, catalogue: &Catalogue) -> Vec<String> {
        let label =
            |name: &str| catalogue.find(name).map_or_else(|| name.to_owned(), |row| row.label.clone());
        let claims = self.claims.iter().map(|claim| claim.label().to_owned());
        self.scopes.iter().map(label).chain(claims).collect()
    }
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
    act: Entry,
}

/// Cuts an app of `user` off at once, as `by` wants it: what the person allowed it is forgotten, and every token that it
/// holds of theirs dies. Answers the app.
///
/// # Errors
/// `not_found` if there is no such app.
pub async fn cut_off(app: &App, by: By, user: &User, client: &str) -> Result<Arc<Client>, Refusal> {
    let unknown = || Refusal::not_found("there is no such app");
    let identifier = ClientIdentifier::parse(client).ok_or_else(unknown)?;
    let client = app.client(&identifier).await?.ok_or_else(unknown)?;
    let target = Target::new("client", client.id.0, &client.metadata.name);
    let act = Entry::new(app, by, Action::CONSENT_WITHDRAWN, target);
    let cut = Cut { user: user.id, client: client.id, now: app.clock.now(), act };
    let done: Result<(), Refusal> = app
        .db
        .write(cut, |tx, cut| {
            Box::pin(async move {
                consents::delete(tx, cut.user, cut.client).await?;
                tokens::revoke_for_client_and_user(tx, cut.client, cut.user, cut.now).await?;
                Ok(audit::act(tx, &cut.act).await?)
            })
        })
        .await;
    done.map(|()| client)
}

fn write_cursor(cursor: ConnectionCursor) -> String {
    format!("{}.{}", cursor.at.0, cursor.client_id)
}

fn read_cursor(text: &str) -> Option<ConnectionCursor> {
    let (at, client) = text.split_once('.')?;
    Some(ConnectionCursor { at: Timestamp(at.parse().ok()?), client_id: client.parse().ok()? })
}
