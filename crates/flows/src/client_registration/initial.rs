use postern_domain::audit::{Action, By, Target};
use postern_domain::{
    InitialAccessToken, InitialAccessTokenId, Lifetime, Refusal, TokenHash, TokenKind, TokenText,
};
use postern_storage::{StorageError, initial_access_tokens as tokens};
use serde_json::{Value, json};

use crate::App;
use crate::audit::{self, Entry};

/// An initial access token to be.
#[derive(Clone, Debug)]
pub struct NewInitialAccessToken {
    /// What its maker calls it.
    pub name: String,
    /// How long it works; `None` is until it is revoked.
    pub lifetime: Option<Lifetime>,
    /// How many clients may register by it; `None` is any number.
    pub most_uses: Option<u32>,
}

/// Makes an initial access token for an operator, who is shown it this once.
///
/// # Errors
/// `invalid_request` for a name that is empty or too long, or for a token without a use; `temporarily_unavailable` or
/// `server_error` if the database fails.
pub async fn make_initial_access_token(
    app: &App,
    new: NewInitialAccessToken,
) -> Result<(InitialAccessToken, TokenText), Refusal> {
    let name = new.name.trim();
    if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
        return Err(Refusal::invalid_request("give the token a name of 1 to 100 characters on one line"));
    }
    if new.most_uses == Some(0) || new.lifetime.is_some_and(|span| span.as_seconds() == 0) {
        return Err(Refusal::invalid_request("a token must work for at least one use and one second"));
    }
    let (now, text) = (app.clock.now(), app.new_token(TokenKind::InitialAccess));
    let token = InitialAccessToken {
        id: app.new_id(),
        hash: app.secret_key.hash(&text),
        name: name.to_owned(),
        created_at: now,
        expires_at: new.lifetime.map(|span| now.plus(span)),
        most_uses: new.most_uses,
        uses: 0,
        last_used_at: None,
    };
    let act = entry(app, Action::INITIAL_ACCESS_TOKEN_MADE, &token).after(facts(&token));
    let input = (token.clone(), act);
    let kept: Result<(), StorageError> = app
        .db
        .write(input, |tx, (token, act)| {
            Box::pin(async move {
                tokens::insert(tx, token).await?;
                audit::act(tx, act).await
            })
        })
        .await;
    kept?;
    Ok((token, text))
}

/// All initial access tokens, the latest first.
///
/// # Errors
/// `temporarily_unavailable` or `server_error` if the database fails.
pub async fn initial_access_tokens(app: &App) -> Result<Vec<InitialAccessToken>, Refusal> {
    Ok(tokens::list(&app.db).await?)
}

/// Ends an initial access token at once. Clients that registered by it stay.
///
/// # Errors
/// `not_found`; `temporarily_unavailable` or `server_error` if the database fails.
pub async fn revoke_initial_access_token(
    app: &App,
    id: InitialAccessTokenId,
) -> Result<InitialAccessToken, Refusal> {
    let gone = || Refusal::not_found("there is no such initial access token; it may have been revoked");
    let token = tokens::list(&app.db).await?.into_iter().find(|token| token.id == id).ok_or_else(gone)?;
    let act = entry(app, Action::INITIAL_ACCESS_TOKEN_REVOKED, &token).before(facts(&token));
    let was_there: Result<bool, StorageError> = app
        .db
        .write((id, act), |tx, (id, act)| {
            Box::pin(async move {
                let was_there = tokens::delete(tx, *id).await?;
                if was_there {
                    audit::act(tx, act).await?;
                }
                Ok(was_there)
            })
        })
        .await;
    if was_there? { Ok(token) } else { Err(gone()) }
}

/// The hash of an initial access token that works, by which it is counted when the registration is written.
///
/// # Errors
/// `invalid_token` if it is none or does not work any more.
pub(super) async fn check(app: &App, presented: &str) -> Result<TokenHash, Refusal> {
    let text = TokenText::parse(&app.config.tokens.prefix, presented).map_err(|error| {
        Refusal::invalid_token(format!("the initial access token cannot be used: {error}"))
    })?;
    if text.kind() != TokenKind::InitialAccess {
        let label = text.kind().spec().label;
        return Err(Refusal::invalid_token(format!(
            "this is a {label}; registration takes an initial access token"
        )));
    }
    let hash = app.secret_key.hash(&text);
    let now = app.clock.now();
    let works = tokens::find(&app.db, hash).await?.is_some_and(|token| token.is_live(now));
    if works { Ok(hash) } else { Err(used_up()) }
}

pub(super) fn used_up() -> Refusal {
    Refusal::invalid_token(
        "the initial access token has expired, is used up, or was revoked; ask the administrator of this server for another",
    )
}

fn entry(app: &App, action: Action, token: &InitialAccessToken) -> Entry {
    Entry::new(app, By::Operator, action, Target::new("initial_access_token", token.id.0, &token.name))
}

fn facts(token: &InitialAccessToken) -> Value {
    json!({ "expires_at": token.expires_at, "most_uses": token.most_uses, "uses": token.uses })
}
