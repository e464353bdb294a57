use std::fmt;

use postern_domain::limits::RequestLimit;
use postern_domain::{Plain, Scopes, TokenText};
use serde::{Serialize, Serializer};

/// The answer of the token endpoint (RFC 6749 section 5.1, OIDC Core section 3.1.3.3).
#[derive(Clone, Serialize)]
pub struct TokenAnswer {
    /// Always `Bearer` (RFC 6750).
    pub token_type: &'static str,
    /// The access token.
    #[serde(serialize_with = "revealed")]
    pub access_token: Plain,
    /// Seconds until the access token ends.
    pub expires_in: i64,
    /// The refresh token, if the client has that grant.
    #[serde(serialize_with = "revealed_if_any", skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<TokenText>,
    /// What the tokens hold, also where it is what was asked for.
    pub scope: Scopes,
    /// What all of the tokens hold together, which the client's page shows: the refresh token may hold more than the access
    /// token.
    #[serde(skip)]
    pub(crate) granted: Scopes,
    /// What the tokens are limited to (RFC 9396 section 7).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub authorization_details: Vec<RequestLimit>,
    /// Who signed in, if `openid` is among the scopes.
    #[serde(serialize_with = "plain_if_any", skip_serializing_if = "Option::is_none")]
    pub id_token: Option<Plain>,
}

impl fmt::Debug for TokenAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenAnswer({}s, {})", self.expires_in, self.scope)
    }
}

fn revealed<S: Serializer>(token: &Plain, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(token.reveal())
}

#[expect(clippy::ref_option, reason = "serde hands the field over as it is")]
fn revealed_if_any<S: Serializer>(token: &Option<TokenText>, serializer: S) -> Result<S::Ok, S::Error> {
    token.as_ref().map(TokenText::reveal).serialize(serializer)
}

#[expect(clippy::ref_option, reason = "serde hands the field over as it is")]
fn plain_if_any<S: Serializer>(token: &Option<Plain>, serializer: S) -> Result<S::Ok, S::Error> {
    token.as_ref().map(Plain::reveal).serialize(serializer)
}
