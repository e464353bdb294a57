//! The honest retry of a refresh: an answer that was lost on its way can be had again, the very same, until it is seen to
//! have arrived.

use postern_domain::{Grant, Lifetime, Plain, Refusal, TokenId, TokenText};
use postern_storage::tokens::{self, Token};
use serde::{Deserialize, Serialize};

use super::Request;
use super::resources::named;
use crate::issue::{self, Order, TokenAnswer};
use crate::{App, standing};

/// How long after a refresh it may be retried.
const WINDOW: Lifetime = Lifetime::seconds(60);

/// When a refresh token that was replaced comes again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Retry {
    /// It was on its way before the first answer was: no use of the successor speaks against it.
    Simultaneous,
    /// It came after it had been replaced: honest only while nobody has used the successor.
    Later,
}

/// What replaced a refresh token, as it is kept sealed in its row.
#[derive(Serialize, Deserialize)]
pub(super) struct Successor {
    #[serde(rename = "a")]
    access_token: String,
    #[serde(rename = "r", default, skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
}

impl Successor {
    pub(super) fn of(answer: &TokenAnswer) -> Self {
        Self {
            access_token: answer.access_token.reveal().to_owned(),
            refresh_token: answer.refresh_token.as_ref().map(|token| token.reveal().to_owned()),
        }
    }

    pub(super) fn seal(&self, app: &App, replaced: TokenId) -> Result<Vec<u8>, Refusal> {
        let bytes = serde_json::to_vec(self).map_err(Refusal::because)?;
        app.secret_key.seal(&place(replaced), &bytes).map_err(Refusal::because)
    }

    fn open(app: &App, replaced: TokenId, sealed: &[u8]) -> Result<Self, Refusal> {
        let bytes = app.secret_key.open(&place(replaced), sealed).map_err(Refusal::because)?;
        serde_json::from_slice(&bytes).map_err(Refusal::because)
    }
}

fn place(replaced: TokenId) -> String {
    format!("tokens.successor.{replaced}")
}

/// The successor of a token that was replaced, once more; `None` if this is no honest retry.
pub(super) async fn successor(
    app: &App,
    Request { client, params, now }: Request<'_>,
    replaced: &Token,
    grant: &Grant,
    retry: Retry,
) -> Result<Option<TokenAnswer>, Refusal> {
    let (Some(replaced_at), Some(sealed)) = (replaced.consumed_at, &replaced.successor) else {
        return Ok(None);
    };
    if replaced_at.plus(WINDOW) < now {
        return Ok(None);
    }
    let successor = Successor::open(app, replaced.id, sealed)?;
    let Some(access) = find(app, &successor.access_token, retry).await? else {
        return Ok(None);
    };
    let access_token = Plain::new(successor.access_token);
    let (mut refresh_token, mut held) = (None, None);
    if let Some(text) = &successor.refresh_token {
        let Ok(text) = TokenText::parse(&app.config.tokens.prefix, text) else { return Ok(None) };
        let Some(found) = find(app, text.reveal(), retry).await? else { return Ok(None) };
        (refresh_token, held) = (Some(text), Some(found.permit));
    }
    if named(app, params)?.is_some_and(|named| access.permit.audience != Some(named)) {
        return Err(Refusal::invalid_target(
            "the refresh token was just replaced by a request for other APIs; use the one that replaced it",
        ));
    }
    let permit = held.as_ref().unwrap_or(&access.permit);
    let standing = standing::check(app, client, grant.user_id, permit).await?;
    let access_permit = &access.permit;
    let order = Order {
        client,
        standing: &standing,
        permit,
        access: access_permit,
        grant,
        nonce: None,
        refreshed: true,
        now,
    };
    let id_token = match permit.scopes.contains("openid") {
        true => Some(issue::id_token(app, &order, &access_token).await?),
        false => None,
    };
    Ok(Some(TokenAnswer {
        token_type: "Bearer",
        access_token,
        expires_in: access.expires_at.map_or(0, |end| end.seconds_since(now).max(0)),
        refresh_token,
        scope: access.permit.scopes.clone(),
        granted: permit.scopes.clone(),
        authorization_details: access.permit.authorization_details(),
        id_token,
    }))
}

/// One token of a successor, if it was not taken back and, where that matters, not used.
async fn find(app: &App, text: &str, retry: Retry) -> Result<Option<Token>, Refusal> {
    let found = tokens::find_by_hash(&app.db, app.secret_key.hash_text(text)).await?;
    let usable = |token: &Token| {
        let used = token.last_used_at.is_some() || token.consumed_at.is_some();
        token.revoked_at.is_none() && (retry == Retry::Simultaneous || !used)
    };
    Ok(found.map(|(token, _)| token).filter(usable))
}
