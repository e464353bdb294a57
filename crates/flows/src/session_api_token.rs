//! The session API token: by it a page of somebody who is signed in calls the API. It lives and dies with the session.

use postern_domain::{Permit, Refusal, Scopes, Session, Timestamp, TokenId, TokenKind, TokenText};
use postern_storage::tokens::{self, Token, TokenData};
use postern_storage::{StorageError, Tx, session_api_tokens, sessions};

use crate::{App, second_factor};

/// The token of a session.
#[derive(Clone, Debug)]
pub struct Obtained {
    /// Its value.
    pub token: TokenText,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
}

/// What came of the change.
enum Outcome {
    /// The session has a token, of which the value is known still.
    Has(Box<Token>),
    /// It has a new one.
    Made,
    /// The session is over.
    Over,
}

/// The token of a living session: the one it has, or a new one. There is one at a time, so that a page with many tabs
/// leaves no more behind than one with one. In secure mode, where no value is kept, it is always a new one.
///
/// # Errors
/// `not_found` where the operator did not turn it on, `login_required` if the session has ended meanwhile; `forbidden` for
/// whoever has to set up a second factor first.
pub async fn obtain(app: &App, session: &Session) -> Result<Obtained, Refusal> {
    if !app.config.session_api_token.enabled {
        return Err(Refusal::not_found("this server gives out no session API tokens"));
    }
    if let Some(user) = app.user(session.user_id).await?
        && second_factor::owed(app, &user, session).await?.is_some()
    {
        return Err(Refusal::forbidden(
            "this server asks you for a second factor; set it up on its pages first",
        ));
    }
    let text = app.new_token(TokenKind::SessionApi);
    let token = token(app, &text, session)?;
    let now = app.clock.now();
    let write = app.db.write((token, session.clone(), now), |tx, (token, session, now)| {
        Box::pin(keep(tx, token, session, *now))
    });
    match write.await? {
        Outcome::Made => Ok(Obtained { token: text, expires_at: session.expires_at }),
        Outcome::Has(token) => {
            let expires_at = token.expires_at.unwrap_or(session.expires_at);
            Ok(Obtained { token: open(app, &token)?, expires_at })
        }
        Outcome::Over => Err(Refusal::login_required("the session has ended; sign in again")),
    }
}

async fn keep(tx: &Tx, token: &Token, session: &Session, now: Timestamp) -> Result<Outcome, Refusal> {
    if !sessions::hold(tx, session.id).await? {
        return Ok(Outcome::Over);
    }
    if let Some(known) = session_api_tokens::find(tx, session.user_id, session.id, now).await? {
        if known.sealed.is_some() {
            return Ok(Outcome::Has(Box::new(known)));
        }
        tokens::revoke(tx, known.id, now).await?;
    }
    tokens::insert_many(tx, std::slice::from_ref(token))
        .await
        .map_err(|error: StorageError| error.into())
        .map(|()| Outcome::Made)
}

fn token(app: &App, text: &TokenText, session: &Session) -> Result<Token, Refusal> {
    let id: TokenId = app.new_id();
    // In secure mode no value is kept: each page that asks gets another one, and the one before ends.
    let sealed = match app.config.tokens.secure_mode {
        true => None,
        false => Some(app.secret_key.seal(&place(id), text.reveal().as_bytes()).map_err(Refusal::because)?),
    };
    // It holds whatever the person may do at the time, which is looked at on each use.
    let permit = Permit::of_user(session.user_id, Scopes::none());
    Ok(Token {
        user_id: Some(session.user_id),
        data: Some(TokenData::SessionApi(session.id)),
        expires_at: Some(session.expires_at),
        sealed,
        ..Token::new(id, TokenKind::SessionApi, app.secret_key.hash(text), permit, app.clock.now())
    })
}

fn open(app: &App, token: &Token) -> Result<TokenText, Refusal> {
    let sealed = token.sealed.as_deref().unwrap_or_default();
    let opened = app.secret_key.open(&place(token.id), sealed).map_err(Refusal::because)?;
    let text = String::from_utf8_lossy(&opened);
    TokenText::parse(&app.config.tokens.prefix, &text).map_err(Refusal::because)
}

fn place(id: TokenId) -> String {
    format!("tokens.sealed {id}")
}

#[cfg(test)]
mod tests;
