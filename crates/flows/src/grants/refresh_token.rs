use postern_domain::{
    Client, ClientId, Grant as Granted, GrantName, Narrowing, Params, Permit, Refusal, Scopes, Timestamp,
    TokenHash, TokenKind, TokenText,
};
use postern_storage::tokens::{self, Token};
use postern_storage::{OneTime, consume};

use super::details::within_details;
use super::resources::{check_scopes, within_resources};
use super::retry::{Retry, Successor};
use super::{Exchange, Grant, Request, retry, revoke_family};
use crate::issue::{self, Order, TokenAnswer};
use crate::{App, Config, standing};

/// RFC 6749 section 6.
pub(super) struct RefreshToken;

impl Grant for RefreshToken {
    fn name(&self) -> GrantName {
        GrantName::RefreshToken
    }

    fn public_clients(&self) -> bool {
        true
    }

    fn enabled(&self, _config: &Config) -> bool {
        true
    }

    fn exchange<'a>(&'a self, app: &'a App, request: Request<'a>) -> Exchange<'a> {
        Box::pin(refresh(app, request))
    }
}

async fn refresh(app: &App, request: Request<'_>) -> Result<TokenAnswer, Refusal> {
    let Request { client, params, now } = request;
    let text =
        params.get("refresh_token").ok_or_else(|| Refusal::invalid_request("refresh_token is missing"))?;
    let text = TokenText::parse(&app.config.tokens.prefix, text).map_err(|_| refused())?;
    let hash = app.secret_key.hash(&text);
    let (token, grant) = look_up(app, client, hash, now).await?;
    let permit = narrowed(app, &token.permit, params);
    if token.consumed_at.is_none() {
        let permit = permit?;
        if let Some(answer) = rotate(app, request, hash, permit, &token, &grant).await? {
            return Ok(answer);
        }
        // Somebody was faster between our look and our change: both asked before either had an answer, so this one is
        // honest whatever was done with the successor since.
        let (token, grant) = look_up(app, client, hash, now).await?;
        return match retry::successor(app, request, &token, &grant, Retry::Simultaneous).await? {
            Some(answer) => Ok(answer),
            None => Err(refused()),
        };
    }
    if let Some(answer) = retry::successor(app, request, &token, &grant, Retry::Later).await? {
        // A retry that asks for more than was granted is told so like any other request.
        return permit.map(|_| answer);
    }
    // RFC 9700 section 4.14.2: a refresh token that comes again was stolen, or its successor was.
    revoke_family(app, grant.id, now).await?;
    Err(refused())
}

/// The one answer to every refresh token that is no good.
fn refused() -> Refusal {
    Refusal::invalid_grant(
        "the refresh token is not valid: it is unknown, expired, revoked, replaced by a newer one, or issued to another \
         client",
    )
}

/// The token and its family, if both are this client's and not over.
async fn look_up(
    app: &App,
    client: &Client,
    hash: TokenHash,
    now: Timestamp,
) -> Result<(Token, Granted), Refusal> {
    let Some((token, Some(grant))) = tokens::find_by_hash(&app.db, hash).await? else {
        return Err(refused());
    };
    let over = |end: Option<Timestamp>| end.is_some_and(|end| end <= now);
    let usable = token.kind == TokenKind::Refresh
        && token.client_id == Some(client.id)
        && token.revoked_at.is_none()
        && grant.revoked_at.is_none()
        && !over(token.expires_at)
        && !over(grant.expires_at);
    if usable { Ok((token, grant)) } else { Err(refused()) }
}

/// Replaces the token; `None` if somebody else did so first.
async fn rotate(
    app: &App,
    Request { client, params, now }: Request<'_>,
    hash: TokenHash,
    permit: Permit,
    token: &Token,
    grant: &Granted,
) -> Result<Option<TokenAnswer>, Refusal> {
    let standing = standing::check(app, client, grant.user_id, &permit).await?;
    let lost = permit.scopes.difference(&standing.permit.scopes);
    if let Some(name) = lost.first_shortened() {
        return Err(Refusal::invalid_scope(format!(
            "the client is no longer registered for “{name}”: ask for less, or authorize again"
        )));
    }
    let access = within_resources(app, &standing.permit, params)?;
    let order = Order {
        client,
        standing: &standing,
        permit: &standing.permit,
        access: &access,
        grant,
        nonce: None,
        refreshed: true,
        now,
    };
    let issued = issue::tokens(app, &order).await?;
    let sealed = Successor::of(&issued.answer).seal(app, token.id)?;
    let rotation = Rotation { hash, client: client.id, sealed, tokens: issued.tokens, now };
    Ok(commit(app, rotation).await?.then_some(issued.answer))
}

/// RFC 6749 section 6: no scope that this token does not hold, and all of its own if none is named; the same of requests.
/// The successor holds no more, so what was given up does not come back. Only the access token is narrowed to the APIs
/// that are named: the successor gets others for the rest (RFC 8707 section 2.2).
fn narrowed(app: &App, held: &Permit, params: &Params) -> Result<Permit, Refusal> {
    let scopes = params.get("scope").map(str::parse::<Scopes>).transpose();
    let scopes = scopes.map_err(|error| Refusal::invalid_scope(error.to_string()))?;
    check_scopes(app, scopes.as_ref().unwrap_or(&Scopes::none()), params)?;
    within_details(app, held.narrow(Narrowing { scopes, ..Narrowing::default() })?, params)
}

/// All that a refresh changes.
struct Rotation {
    hash: TokenHash,
    client: ClientId,
    sealed: Vec<u8>,
    tokens: Vec<Token>,
    now: Timestamp,
}

/// Answers whether this was the one refresh.
async fn commit(app: &App, rotation: Rotation) -> Result<bool, Refusal> {
    app.db
        .write(rotation, |tx, it| {
            Box::pin(async move {
                let what = OneTime::Refresh { client: it.client, successor: &it.sealed };
                let first = consume(tx, what, it.hash, it.now).await?;
                if first {
                    tokens::insert_many(tx, &it.tokens).await?;
                }
                Ok(first)
            })
        })
        .await
}
