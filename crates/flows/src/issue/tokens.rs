use postern_domain::{
    Client, Grant, GrantName, Lifetime, Permit, Refusal, Subject, Timestamp, TokenKind, TokenText,
};
use postern_storage::tokens::{Token, TokenData};

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
/// `server_error` or `temporarily_unavailable` if the id_token cannot be signed.
pub(crate) async fn tokens(app: &App, order: &Order<'_>) -> Result<Issued, Refusal> {
    let (metadata, lifetimes) = (&order.client.metadata, &app.config.lifetimes);
    let access_token = app.new_token(TokenKind::Access);
    let mut access = token(app, order, &access_token, order.access, access_lifetime(app, order));
    access.data = order.refreshed.then_some(TokenData::Refreshed);
    let expires_in = access.expires_at.map_or(0, |end| end.seconds_since(order.now));
    let mut tokens = vec![access];
    let mut refresh_token = None;
    if metadata.allows_grant(GrantName::RefreshToken) {
        let text = app.new_token(TokenKind::Refresh);
        let lifetime = shorter(metadata.refresh_token_lifetime, lifetimes.refresh_token);
        tokens.push(token(app, order, &text, order.permit, lifetime));
        refresh_token = Some(text);
    }
    let id_token = match order.permit.scopes.contains("openid") {
        true => Some(id_token(app, order, &access_token).await?),
        false => None,
    };
    let scope = order.access.scopes.clone();
    let authorization_details = order.access.authorization_details();
    let answer = TokenAnswer {
        token_type: "Bearer",
        access_token,
        expires_in,
        refresh_token,
        scope,
        authorization_details,
        id_token,
    };
    Ok(Issued { answer, tokens })
}

/// The shortest of what the instance, the client and the APIs say.
fn access_lifetime(app: &App, order: &Order<'_>) -> Lifetime {
    let audience = order.access.audience.iter().flat_map(|audience| app.resources.of(audience));
    let of_resources = audience.filter_map(|resource| resource.access_token_lifetime);
    let usual = shorter(order.client.metadata.access_token_lifetime, app.config.lifetimes.access_token);
    of_resources.fold(usual, Lifetime::min)
}

fn token(app: &App, order: &Order<'_>, text: &TokenText, permit: &Permit, lifetime: Lifetime) -> Token {
    let end = order.now.plus(lifetime);
    // However often it is refreshed, nothing outlives the grant.
    let policy = order.standing.organization.as_ref().and_then(|it| it.policy.max_token_lifetime);
    let ends = [order.grant.expires_at, permit.expires_at, policy.map(|most| order.now.plus(most))];
    let end = ends.into_iter().flatten().fold(end, Timestamp::min);
    let (id, hash) = (app.new_id(), app.secret_key.hash(text));
    Token {
        grant_id: Some(order.grant.id),
        client_id: Some(order.client.id),
        user_id: Some(order.standing.user.id),
        organization_id: match permit.subject {
            Subject::Organization(id) => Some(id),
            _ => None,
        },
        expires_at: Some(end),
        ..Token::new(id, text.kind(), hash, permit.clone(), order.now)
    }
}

fn shorter(of_client: Option<Lifetime>, of_instance: Lifetime) -> Lifetime {
    of_client.map_or(of_instance, |lifetime| lifetime.min(of_instance))
}
