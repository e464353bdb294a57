use serde::{Deserialize, Serialize};

use crate::{SessionId, Timestamp, UserId};

/// How somebody proved who they are (RFC 8176).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AuthMethodReference {
    /// A password.
    Pwd,
}

impl AuthMethodReference {
    /// The value as `amr` writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pwd => "pwd",
        }
    }
}

/// A signed-in browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Its public id, the `sid` of id_tokens; not the secret in the cookie.
    pub id: SessionId,
    /// Who signed in.
    pub user_id: UserId,
    /// When they last proved who they are: `auth_time` (OIDC Core section 2).
    pub auth_time: Timestamp,
    /// How they did.
    pub amr: Vec<AuthMethodReference>,
    /// When they signed in in this browser.
    pub created_at: Timestamp,
    /// When the session was last used, to within some minutes.
    pub last_seen_at: Timestamp,
    /// When it ends however much it is used.
    pub expires_at: Timestamp,
    /// The browser's own words about itself, cut to 400 bytes.
    pub user_agent: String,
    /// The address it was last used from.
    pub address: String,
}
