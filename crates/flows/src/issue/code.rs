use std::slice;

use postern_domain::{ClientId, CodeBinding, Permit, Refusal, Subject, TokenKind, TokenText, UserId};
use postern_storage::tokens::{self, Token, TokenData};

use crate::App;

/// What an authorization code stands for.
#[derive(Clone, Debug)]
pub struct NewCode {
    /// The client that may redeem it.
    pub client: ClientId,
    /// The person who allowed it; the permit's subject may be an organization of theirs.
    pub user: UserId,
    /// What its tokens may hold at most.
    pub permit: Permit,
    /// What the redemption must show, and the grant it makes.
    pub binding: CodeBinding,
}

/// Issues an authorization code (RFC 6749 section 4.1.2), which lives for `lifetimes.code`.
///
/// # Errors
/// `server_error` or `temporarily_unavailable` if it cannot be kept.
pub async fn code(app: &App, new: NewCode) -> Result<TokenText, Refusal> {
    let now = app.clock.now();
    let text = app.new_token(TokenKind::AuthorizationCode);
    let (id, hash) = (app.new_id(), app.secret_key.hash(&text));
    let token = Token {
        grant_id: Some(new.binding.grant_id),
        client_id: Some(new.client),
        user_id: Some(new.user),
        organization_id: match new.permit.subject {
            Subject::Organization(id) => Some(id),
            _ => None,
        },
        data: Some(TokenData::Code(new.binding)),
        expires_at: Some(now.plus(app.config.lifetimes.code)),
        ..Token::new(id, TokenKind::AuthorizationCode, hash, new.permit, now)
    };
    app.db
        .write(token, |tx, token| {
            Box::pin(async move { Ok::<_, Refusal>(tokens::insert_many(tx, slice::from_ref(token)).await?) })
        })
        .await?;
    Ok(text)
}
