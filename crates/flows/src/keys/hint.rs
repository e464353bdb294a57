use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use postern_domain::{Refusal, SessionId, SigningAlgorithm, Timestamp};
use serde::Deserialize;

use super::ID_TOKEN_TYPE;
use crate::App;

/// What an `id_token_hint` says (OIDC Core section 3.1.2.1, OIDC RP-Initiated Logout section 2).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct IdTokenHint {
    /// Whom it was about.
    pub sub: String,
    /// The client it was issued to.
    pub aud: String,
    /// The session in which it was issued.
    #[serde(default)]
    pub sid: Option<SessionId>,
    iss: String,
    /// Not looked at, but in every id_token and in no signed userinfo, which has the same type.
    #[serde(rename = "auth_time")]
    _auth_time: Timestamp,
}

#[derive(Deserialize)]
struct Header {
    alg: SigningAlgorithm,
    typ: String,
    kid: String,
}

/// Reads an id_token of ours that comes back as a hint. One that is over is as good as any.
///
/// # Errors
/// `invalid_request` if this instance did not sign it with a key it still publishes; `server_error` or
/// `temporarily_unavailable` if the keys cannot be read.
pub async fn read_id_token_hint(app: &App, token: &str) -> Result<IdTokenHint, Refusal> {
    let keys = app.signing_keys().await?;
    let read = || {
        let (message, signature) = token.rsplit_once('.')?;
        let (header, claims) = message.split_once('.')?;
        let header: Header = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).ok()?).ok()?;
        // Other JWTs that these keys sign have types of their own.
        let key = keys
            .find(&header.kid)
            .filter(|key| key.algorithm() == header.alg && header.typ == ID_TOKEN_TYPE)?;
        if !key.verify(message.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).ok()?) {
            return None;
        }
        let hint: IdTokenHint = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
        (hint.iss == app.config.issuer()).then_some(hint)
    };
    read().ok_or_else(|| Refusal::invalid_request("id_token_hint is not an id_token that this server issued"))
}
