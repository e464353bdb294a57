use postern_domain::{Client, Grant, GrantName, Lifetime, Permit, Refusal, Subject, Timestamp, TokenKind};
use postern_storage::tokens::{Token, TokenData};

use super::access_token::{self, shorter};
use super::{TokenAnswer, id_token};
use crate::App;
use crate::standing::Standing;

/// For what tokens are to be made.
pub(crate) struct Order<'a> {
    pub(crate) client: &'a Client,
    /// For whom, as they stand now.
    pub(crate) standing: &'a Standing,
    /// The family they join.
    pub(crate) grant: &'a Grant,
    /// What they may hold: the refresh token holds all of it.
    pub(crate) permit: &'a Permit,
    /// What of that the access token holds: what is for the APIs that were named.
    pub(crate) access: &'a Permit,
    /// The `nonce` of the request, which only the first id_token carries.
    pub(crate) nonce: Option<&'a str>,
    /// Whether they replace others.
    pub(crate) refreshed: bool,
    pub(crate) now: Timestamp,
}

/// Tokens that are made, but neither kept nor answered yet.
pub(crate) struct Issued {
    /// What the client gets.
    pub(crate) answer: TokenAnswer,
    /// What is kept of it: the access token and, if there is one, the refresh token.
    pub(crate) tokens: Vec<Token>,
}

/// Makes an access token and what belongs to it. They are good once they are kept.
///
/// # Errors
/// `server_error` or `temporarily_unavailable` if a JWT cannot be signed; `invalid_request` if one would be too long.
pub(crate) async fn tokens(app: &App, order: &Order<'_>) -> Result<Issued, Refusal> {
    let (metadata, lifetimes) = (&order.client.metadata, &app.config.lifetimes);
    let plan = access_token::plan(app, order);
    let (id, end) = (app.new_id(), end(order, &plan.permit, plan.lifetime));
    let access_token = plan.make(app, order, id, end).await?;
    let scope = plan.permit.scopes.clone();
    let authorization_details = plan.permit.authorization_details();
    let hash = app.secret_key.hash_text(access_token.reveal());
    let access = Token {
        data: order.refreshed.then_some(TokenData::Refreshed),
        ..token(order, Token::new(id, TokenKind::Access, hash, plan.permit, order.now), end)
    };
    let mut tokens = vec![access];
    let mut refresh_token = None;
    let mut granted = scope.clone();
    if metadata.allows_grant(GrantName::RefreshToken) {
        let text = app.new_token(TokenKind::Refresh);
        let lifetime = shorter(metadata.refresh_token_lifetime, lifetimes.refresh_token);
        let (id, hash) = (app.new_id(), app.secret_key.hash(&text));
        let new = Token::new(id, TokenKind::Refresh, hash, order.permit.clone(), order.now);
        tokens.push(token(order, new, self::end(order, order.permit, lifetime)));
        refresh_token = Some(text);
        granted = order.permit.scopes.clone();
    }
    let id_token = match order.permit.scopes.contains("openid") {
        true => Some(id_token(app, order, &access_token).await?),
        false => None,
    };
    let answer = TokenAnswer {
        token_type: "Bearer",
        access_token,
        expires_in: end.seconds_since(order.now),
        refresh_token,
        scope,
        granted,
        authorization_details,
        id_token,
    };
    Ok(Issued { answer, tokens })
}

/// When a token of an order ends. However often it is refreshed, nothing outlives the grant.
fn end(order: &Order<'_>, permit: &Permit, lifetime: Lifetime) -> Timestamp {
    let policy = order.standing.organization.as_ref().and_then(|it| it.policy.max_token_lifetime);
    let ends = [order.grant.expires_at, permit.expires_at, policy.map(|most| order.now.plus(most))];
    ends.into_iter().flatten().fold(order.now.plus(lifetime), Timestamp::min)
}

/// A token with the family that it joins.
fn token(order: &Order<'_>, new: Token, end: Timestamp) -> Token {
    Token {
        grant_id: Some(order.grant.id),
        client_id: Some(order.client.id),
        user_id: Some(order.standing.user.id),
        organization_id: match new.permit.subject {
            Subject::Organization(id) => Some(id),
            _ => None,
        },
        expires_at: Some(end),
        ..new
    }
}
