use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use postern_domain::{MalformedToken, Refusal, TokenHash, TokenKind, TokenText};
use serde::Deserialize;

use crate::App;
use crate::issue::{ACCESS_TOKEN_TYPE, LONGEST_JWT};

/// A token as somebody sent it: all that its text says. Whether it was ever issued only a look-up shows, for which an
/// access token that is a JWT has its hash as any other: what is changed in it makes it another one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SentToken {
    pub(crate) kind: TokenKind,
    pub(crate) hash: TokenHash,
    pub(crate) is_jwt: bool,
}

/// Why a text is no token of this instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoToken {
    #[error(transparent)]
    Malformed(MalformedToken),
    /// A JWT that was made for something else, such as an id_token (RFC 9068 section 4).
    #[error(
        "it is a JWT, but no access token: “typ” in its header is not at+jwt; an id_token, for one, opens nothing"
    )]
    OtherJwt,
}

#[derive(Deserialize)]
struct Header {
    typ: String,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
}

impl SentToken {
    /// Reads a text.
    pub(crate) fn parse(app: &App, text: &str) -> Result<Self, NoToken> {
        match TokenText::parse(&app.config.tokens.prefix, text) {
            Ok(token) => Ok(Self { kind: token.kind(), hash: app.secret_key.hash(&token), is_jwt: false }),
            Err(MalformedToken::Form) => Self::jwt(app, text),
            Err(other) => Err(NoToken::Malformed(other)),
        }
    }

    fn jwt(app: &App, text: &str) -> Result<Self, NoToken> {
        const NONE: NoToken = NoToken::Malformed(MalformedToken::Form);
        if text.len() > LONGEST_JWT || !text.starts_with("eyJ") {
            return Err(NONE);
        }
        let mut parts = text.split('.');
        let (Some(header), Some(claims), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(NONE);
        };
        let is_encoded = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let header: Header = json(header).ok_or(NONE)?;
        let claims: Claims = json(claims).ok_or(NONE)?;
        if signature.is_empty() || !signature.bytes().all(is_encoded) {
            return Err(NONE);
        }
        if claims.iss != app.config.issuer() {
            return Err(NoToken::Malformed(MalformedToken::OtherInstance));
        }
        if header.typ != ACCESS_TOKEN_TYPE {
            return Err(NoToken::OtherJwt);
        }
        Ok(Self { kind: TokenKind::Access, hash: app.secret_key.hash_text(text), is_jwt: true })
    }
}

fn json<T: for<'de> Deserialize<'de>>(part: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

impl From<NoToken> for Refusal {
    fn from(error: NoToken) -> Self {
        match error {
            NoToken::Malformed(MalformedToken::OtherInstance) => {
                Self::invalid_token("the token was issued by another instance")
            }
            error => Self::invalid_token(format!("the token is malformed: {error}")),
        }
    }
}

/// Whether a text is a token of this or another instance, or was meant as one: what must not stand in an address.
pub fn is_like_a_token(app: &App, text: &str) -> bool {
    !matches!(SentToken::parse(app, text), Err(NoToken::Malformed(MalformedToken::Form) | NoToken::OtherJwt))
}
