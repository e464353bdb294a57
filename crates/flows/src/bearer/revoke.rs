use postern_domain::{Client, Refusal, Timestamp, TokenKind};
use postern_storage::tokens;

use super::{Identity, SentToken};
use crate::App;
use crate::client_auth::{self, Authenticated, Sender};
use crate::grants::revoke_family;

/// Ends a token of the client that asks (RFC 7009): a refresh token with its whole family, an access token alone. A token
/// that is unknown or another client's is answered as one that has been ended, and nothing happens to it.
/// Answers which token it was.
///
/// # Errors
/// Those of [`client_auth::authenticate`], `invalid_request` if there is no `token`.
pub async fn revoke(app: &App, sender: Sender<'_>) -> Result<Option<Identity>, Refusal> {
    let Authenticated { client, .. } = client_auth::authenticate(app, sender).await?;
    let Some(token) = sender.params.get("token") else {
        return Err(Refusal::invalid_request("token is missing"));
    };
    match SentToken::parse(app, token) {
        Ok(sent) if sent.kind.spec().introspectable => end(app, &client, sent, app.clock.now()).await,
        _ => Ok(None),
    }
}

async fn end(
    app: &App,
    client: &Client,
    sent: SentToken,
    now: Timestamp,
) -> Result<Option<Identity>, Refusal> {
    let found = tokens::find_by_hash(&app.db, sent.hash).await?;
    let Some((token, _)) = found.filter(|(token, _)| token.client_id == Some(client.id)) else {
        return Ok(None);
    };
    match (token.kind, token.grant_id) {
        (TokenKind::Refresh, Some(grant)) => revoke_family(app, grant, now).await?,
        _ => {
            app.db
                .write(token.id, move |tx, id| {
                    Box::pin(async move {
                        tokens::revoke(tx, *id, now).await?;
                        Ok::<_, Refusal>(())
                    })
                })
                .await?
        }
    }
    Ok(Some(Identity::from(&token)))
}
