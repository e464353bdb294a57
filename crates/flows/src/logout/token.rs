use postern_domain::{Client, Lifetime, Plain, Refusal, SessionId, Subject, Timestamp};
use serde::Serialize;
use uuid::Uuid;

use crate::{App, subject_name};

/// The `typ` of a logout token: none that an id_token has, so that neither is taken for the other.
pub const LOGOUT_TOKEN_TYPE: &str = "logout+jwt";

/// How long a logout token is good for: the two minutes that section 2.4 recommends. Each try gets a new one.
const LIFETIME: Lifetime = Lifetime::seconds(120);

/// What a logout token says (OIDC Back-Channel Logout 1.0 section 2.4). It always names the person as well as the session:
/// clients that did not ask for `sid` may ignore it, and `sub` alone would end that person's other sessions too. There is no
/// `nonce`, which tells it from an id_token where `typ` is not looked at.
#[derive(Serialize)]
struct LogoutToken<'a> {
    iss: &'a str,
    sub: String,
    aud: &'a str,
    iat: Timestamp,
    exp: Timestamp,
    jti: Uuid,
    events: Events,
    sid: SessionId,
}

/// That it is about a logout (RFC 8417 section 2.2): a name with nothing more to say.
#[derive(Serialize)]
struct Events {
    #[serde(rename = "http://schemas.openid.net/event/backchannel-logout")]
    logout: Empty,
}

#[derive(Serialize)]
struct Empty {}

/// A token that tells `client` of the end of a session, signed as its id_tokens are.
///
/// # Errors
/// `server_error` or `temporarily_unavailable` if there is no key to sign with.
pub(super) async fn logout_token(
    app: &App,
    client: &Client,
    subject: Subject,
    sid: SessionId,
) -> Result<Plain, Refusal> {
    let now = app.clock.now();
    let keys = app.signing_keys().await?;
    let key = keys
        .signer(client.metadata.id_token_signed_response_alg, now)
        .ok_or_else(|| Refusal::server_error("this server has no key that signs as the client wants it"))?;
    let claims = LogoutToken {
        iss: app.config.issuer(),
        sub: subject_name::sub(app, client, subject),
        aud: client.identifier.as_str(),
        iat: now,
        exp: now.plus(LIFETIME),
        jti: app.new_id(),
        events: Events { logout: Empty {} },
        sid,
    };
    key.sign_typed(LOGOUT_TOKEN_TYPE, &claims).map(Plain::new).map_err(Refusal::because)
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use postern_domain::SubjectIdentifierType;
    use serde_json::Value;

    use super::*;
    use crate::party::Party;

    #[tokio::test]
    async fn it_names_the_person_as_the_client_knows_them() {
        for subject_type in SubjectIdentifierType::ALL {
            let party = Party::with(|metadata| metadata.subject_type = *subject_type).await;
            let subject = Subject::User(party.user.id);
            let token = logout_token(&party.app, &party.client, subject, party.session.id).await.unwrap();
            let claims = URL_SAFE_NO_PAD.decode(token.reveal().split('.').nth(1).unwrap()).unwrap();
            let claims: Value = serde_json::from_slice(&claims).unwrap();
            assert_eq!(
                claims["sub"],
                subject_name::sub(&party.app, &party.client, subject),
                "{subject_type}"
            );
            let is_the_id = claims["sub"] == party.user.id.to_string();
            assert_eq!(is_the_id, *subject_type == SubjectIdentifierType::Public);
        }
    }
}
