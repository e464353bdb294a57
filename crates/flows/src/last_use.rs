//! When clients and tokens were last used, and for what, written down beside the answer and not before it.

use std::net::IpAddr;

use postern_domain::{Client, Lifetime, Refusal, Scopes, SecretId, Timestamp, TokenId};
use postern_storage::{clients, tokens};

use crate::App;

/// How old what is written down of a token's last use may be before it is written again.
pub(crate) const TOUCHED_EVERY: Lifetime = Lifetime::seconds(300);

/// Notes that a client got or used a token, if that was not noted lately.
pub(crate) fn note_client(app: &App, client: &Client, with: Option<SecretId>, now: Timestamp) {
    if !client.wants_touch(with, now) {
        return;
    }
    let (db, id) = (app.db.clone(), client.id);
    tokio::spawn(async move {
        let written = db.write(id, move |tx, id| Box::pin(clients::touch(tx, *id, with, now))).await;
        if let Err(error) = written {
            tracing::warn!(%error, "the last use of a client could not be written down");
        }
    });
}

/// Notes the scopes that a client was issued a token with, if one of them is new to it.
pub(crate) fn note_granted(app: &App, client: &Client, scopes: &Scopes, now: Timestamp) {
    if !client.granted.wants(scopes) {
        return;
    }
    let (db, id) = (app.db.clone(), client.id);
    let input = (id, scopes.clone());
    tokio::spawn(async move {
        let written = db
            .write(input, move |tx, (id, scopes)| Box::pin(clients::note_granted(tx, *id, scopes, now)))
            .await;
        if let Err(error) = written {
            tracing::warn!(%error, "what a client was granted could not be written down");
        }
    });
}

/// Notes that a token was used, and from where if that is known.
pub(crate) fn note_token(app: &App, id: TokenId, from: Option<IpAddr>, now: Timestamp) {
    let db = app.db.clone();
    let from = from.map(|address| address.to_string());
    tokio::spawn(async move {
        let written = db
            .write((id, from), move |tx, (id, from)| Box::pin(tokens::touch(tx, *id, from.as_deref(), now)))
            .await;
        if let Err(error) = written {
            tracing::warn!(%error, "the last use of a token could not be written down");
        }
    });
}

/// Notes that a token was used, before anybody is told anything of it.
pub(crate) async fn note_token_first(app: &App, id: TokenId, now: Timestamp) -> Result<(), Refusal> {
    app.db
        .write(id, move |tx, id| Box::pin(async move { Ok(tokens::touch(tx, *id, None, now).await?) }))
        .await
}
