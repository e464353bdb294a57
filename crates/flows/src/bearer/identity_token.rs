use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use postern_domain::{
    ClientIdentifier, Lifetime, OrganizationId, Plain, Refusal, Scopes, SigningAlgorithm, SubjectType,
    Timestamp, TokenId, UserId,
};
use serde::Serialize;
use uuid::Uuid;

use super::Verdict;
use crate::App;

/// The `typ` of an identity token (RFC 7515 section 4.1.9): none that an id_token or an access token has, so that it is
/// never taken for one (RFC 8725 section 3.11).
pub const IDENTITY_TOKEN_TYPE: &str = "postern-identity+jwt";

/// What an API learns of whoever asks it.
#[derive(Serialize)]
struct Identified<'a> {
    iss: &'a str,
    aud: &'a str,
    sub: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_type: Option<SubjectType>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<&'a ClientIdentifier>,
    token_id: TokenId,
    scope: &'a Scopes,
    #[serde(skip_serializing_if = "Option::is_none")]
    org: Option<OrganizationId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    act: Option<Acting>,
    iat: Timestamp,
    exp: Timestamp,
    jti: Uuid,
}

/// Who acts on behalf of the subject (RFC 8693 section 4.1).
#[derive(Serialize)]
struct Acting {
    sub: UserId,
}

/// The identity token that a verdict was given last.
#[derive(Default)]
pub(super) struct Minted(RwLock<Option<One>>);

struct One {
    audience: Box<str>,
    /// Until when it is given again.
    until: Timestamp,
    token: Arc<Plain>,
}

impl fmt::Debug for Minted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Minted")
    }
}

/// A JWT that tells `audience` who asks, as long as the token allows it and for `guard.identity_lifetime` at most. The same
/// one is given again until half of its life is over.
///
/// # Errors
/// `server_error` or `temporarily_unavailable` if there is no key to sign with.
pub async fn identity_token(app: &App, verdict: &Verdict, audience: &str) -> Result<Arc<Plain>, Refusal> {
    let now = app.clock.now();
    if let Some(token) = verdict.minted.get(audience, now) {
        return Ok(token);
    }
    let lifetime = app.config.guard.identity_lifetime;
    let latest = now.plus(lifetime);
    let exp = verdict.expires_at.map_or(latest, |end| end.min(latest));
    let permit = &verdict.permit;
    let claims = Identified {
        iss: app.config.issuer(),
        aud: audience,
        sub: permit.subject.to_string(),
        sub_type: permit.subject.subject_type(),
        client_id: verdict.holder.client().map(|client| &client.identifier),
        token_id: verdict.id,
        scope: &permit.scopes,
        org: verdict.holder.organization().map(|organization| organization.id),
        act: permit.actor.map(|sub| Acting { sub }),
        iat: now,
        exp,
        jti: app.new_id(),
    };
    let keys = app.signing_keys().await?;
    // A signature takes less than 50 µs, an eighth of RSA's, and its length is that of a header.
    let key = keys.signer(SigningAlgorithm::Es256, now);
    let key = key.ok_or_else(|| Refusal::server_error("this server has no key to sign with"))?;
    let token = Arc::new(Plain::new(key.sign_typed(IDENTITY_TOKEN_TYPE, &claims).map_err(Refusal::because)?));
    let half = Lifetime::seconds((exp.0 - now.0) / 2);
    verdict.minted.set(One { audience: audience.into(), until: now.plus(half), token: Arc::clone(&token) });
    Ok(token)
}

impl Minted {
    fn get(&self, audience: &str, now: Timestamp) -> Option<Arc<Plain>> {
        let held = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let one = held.as_ref().filter(|one| now < one.until && *one.audience == *audience);
        one.map(|one| Arc::clone(&one.token))
    }

    fn set(&self, one: One) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(one);
    }
}

#[cfg(test)]
mod tests;
