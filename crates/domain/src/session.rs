use serde::{Deserialize, Serialize};

use crate::audit::By;
use crate::{BrowserId, ClientId, SessionClientId, SessionId, Subject, Timestamp, UserId};

/// How somebody proved who they are (RFC 8176).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AuthMethodReference {
    /// A password.
    Pwd,
    /// A code that is good once: of an authenticator app, or a recovery code.
    Otp,
    /// A key that never leaves the device it is in, as far as the device says so.
    Hwk,
    /// A key that may be copied from one device of its owner's to another.
    Swk,
    /// Somebody was there and unlocked the key.
    User,
    /// More than one factor.
    Mfa,
}

impl AuthMethodReference {
    /// The value as `amr` writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pwd => "pwd",
            Self::Otp => "otp",
            Self::Hwk => "hwk",
            Self::Swk => "swk",
            Self::User => "user",
            Self::Mfa => "mfa",
        }
    }

    /// What a password and a code prove together.
    pub const PASSWORD_AND_CODE: [Self; 3] = [Self::Pwd, Self::Otp, Self::Mfa];

    /// What a passkey proves: that somebody has the device, and unlocked it by something they know or are. How they did, a
    /// fingerprint or a PIN, the device does not say.
    pub const fn passkey(is_synced: bool) -> [Self; 3] {
        [if is_synced { Self::Swk } else { Self::Hwk }, Self::User, Self::Mfa]
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
    /// Which sessions it shares its browser with; `None` while it is the only one there was.
    #[serde(default)]
    pub browser_id: Option<BrowserId>,
    /// Who acts in it as its person, if that is not the person.
    #[serde(default)]
    pub impersonator: Option<Impersonator>,
}

/// An administrator who acts as somebody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Impersonator {
    /// Who.
    pub user_id: UserId,
    /// Their own session, with which this one ends.
    pub session_id: SessionId,
}

impl Session {
    /// The browser, as sessions that begin beside this one are to name it.
    pub fn browser(&self) -> BrowserId {
        self.browser_id.unwrap_or(BrowserId(self.id.0))
    }

    /// Who does what is done in it, for what is written down.
    pub fn by(&self) -> By {
        match self.impersonator {
            Some(impersonator) => By::acting_as(impersonator.user_id, self.user_id),
            None => By::user(self.user_id),
        }
    }
}

/// A client's part in a session: it got an id_token there, and is told when the session ends (OIDC Back-Channel Logout 1.0,
/// OIDC Front-Channel Logout 1.0).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionClient {
    /// Its id.
    pub id: SessionClientId,
    /// The session.
    pub session_id: SessionId,
    /// The client.
    pub client_id: ClientId,
    /// Whom the id_token was about.
    pub subject: Subject,
}
