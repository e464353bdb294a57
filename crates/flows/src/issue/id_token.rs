use aws_lc_rs::digest::{SHA256, SHA512, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use postern_domain::{AuthenticationContext, Grant, Plain, Refusal, SessionId, SigningAlgorithm, Timestamp};
use serde::Serialize;

use super::Order;
use crate::claims::Claims;
use crate::keys::ID_TOKEN_LIFETIME;
use crate::{App, subject_name};

/// What an id_token says (OIDC Core sections 2 and 3.1.3.6).
#[derive(Serialize)]
struct IdToken<'a> {
    iss: &'a str,
    aud: &'a str,
    exp: Timestamp,
    iat: Timestamp,
    auth_time: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
    at_hash: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    amr: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    acr: Option<&'static str>,
    sid: SessionId,
    #[serde(flatten)]
    claims: Claims<'a>,
}

/// The id_token that goes with an access token.
///
/// # Errors
/// `server_error` or `temporarily_unavailable` if there is no key to sign with.
pub(crate) async fn id_token(app: &App, order: &Order<'_>, access_token: &Plain) -> Result<Plain, Refusal> {
    let Order { client, grant: Grant { authentication, .. }, now, .. } = *order;
    let algorithm = client.metadata.id_token_signed_response_alg;
    let keys = app.signing_keys().await?;
    let key = keys
        .signer(algorithm, now)
        .ok_or_else(|| Refusal::server_error("this server has no key that signs as the client wants it"))?;
    let mut said = order.standing.id_token_claims(order.permit);
    said.sub = subject_name::sub(app, client, order.permit.subject);
    let claims = IdToken {
        iss: app.config.issuer(),
        aud: client.identifier.as_str(),
        exp: now.plus(ID_TOKEN_LIFETIME),
        iat: now,
        auth_time: authentication.auth_time,
        nonce: order.nonce,
        at_hash: at_hash(algorithm, access_token.reveal()),
        amr: authentication.amr.iter().map(|method| method.as_str()).collect(),
        acr: app.config.authentication_context(&authentication.amr).map(AuthenticationContext::as_str),
        sid: authentication.session_id,
        claims: said,
    };
    key.sign(&claims).map(Plain::new).map_err(Refusal::because)
}

/// The left half of the access token's digest (OIDC Core section 3.1.3.6), by the digest of the signature: Ed25519 uses
/// SHA-512.
fn at_hash(algorithm: SigningAlgorithm, access_token: &str) -> String {
    let digest = match algorithm {
        SigningAlgorithm::Rs256 | SigningAlgorithm::Es256 => digest(&SHA256, access_token.as_bytes()),
        SigningAlgorithm::EdDsa => digest(&SHA512, access_token.as_bytes()),
    };
    let (left, _) = digest.as_ref().split_at(digest.as_ref().len() / 2);
    URL_SAFE_NO_PAD.encode(left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_at_hash_of_oidc_core_appendix_a_3_holds() {
        let token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
        assert_eq!(at_hash(SigningAlgorithm::Rs256, token), "77QmUPtjPfzWtF2AnpK9RQ");
        assert_eq!(at_hash(SigningAlgorithm::EdDsa, token).len(), 43);
    }
}
