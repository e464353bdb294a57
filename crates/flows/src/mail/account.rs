//! Mails about how people get into their account.

use std::net::IpAddr;

use postern_domain::{PersonName, Plain, Timestamp, Username};
use serde::{Deserialize, Serialize};

/// A link that sets a new password.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryMail {
    /// The user name of the account.
    pub username: Username,
    /// The value of `recovery` in the link.
    recovery: String,
    /// When the link ends.
    pub expires_at: Timestamp,
}

/// A password that was changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedPassword {
    /// The user name of the account.
    pub username: Username,
    /// How.
    pub how: PasswordChange,
    /// When.
    pub at: Timestamp,
    /// The network address it was changed from, where it was changed by a request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
}

/// How a password was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PasswordChange {
    /// By somebody who knew the one before.
    Known,
    /// By a recovery link.
    Recovered,
    /// By whoever runs the server.
    Operator,
}

/// A sign-in in a browser where the account was not signed in to before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewDevice {
    /// The user name of the account.
    pub username: Username,
    /// The browser's own words about itself.
    pub user_agent: String,
    /// The network address it came from.
    pub address: String,
    /// When.
    pub at: Timestamp,
}

/// Something about how one signs in to an account besides the password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedFactor {
    /// The user name of the account.
    pub username: Username,
    /// What was done.
    pub change: FactorChange,
    /// When.
    pub at: Timestamp,
    /// The network address it came from, where it came by a request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
}

/// An e-mail address that was changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedEmail {
    /// The user name of the account.
    pub username: Username,
    /// When.
    pub at: Timestamp,
    /// The network address it came from, where it came by a request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
}

/// What was done about a second step, or a sign-in provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactorChange {
    /// An authenticator app was set up.
    Added,
    /// Another app was set up in its place.
    Replaced,
    /// Its owner removed it.
    Removed,
    /// Somebody with the right to do so, or whoever runs the server, removed it.
    Reset,
    /// A passkey was added.
    PasskeyAdded,
    /// Its owner removed a passkey.
    PasskeyRemoved,
    /// A passkey was locked, since there may be a copy of it.
    PasskeyLocked,
    /// New recovery codes were made.
    CodesMade,
    /// A recovery code was used.
    CodeUsed {
        /// How many there are left.
        left: u64,
    },
    /// A sign-in provider was connected.
    ProviderConnected,
    /// A sign-in provider was disconnected.
    ProviderDisconnected,
}

/// An administrator who acts as the owner of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImpersonatedMail {
    /// The user name of the account.
    pub username: Username,
    /// What the administrator is called.
    pub by: PersonName,
    /// Their user name.
    pub by_username: Username,
    /// Why, in their words.
    pub reason: String,
    /// When it began.
    pub at: Timestamp,
    /// When it ends at the latest.
    pub until: Timestamp,
}

/// The end of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountEnd {
    /// The user name of the account.
    pub username: Username,
    /// When it goes; `None` if it is gone.
    pub deletes_at: Option<Timestamp>,
    /// When this was asked for, or done.
    pub at: Timestamp,
    /// The network address it was asked for from, where it was by a request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
}

impl RecoveryMail {
    /// A link with its value.
    pub fn new(username: Username, recovery: &Plain, expires_at: Timestamp) -> Self {
        Self { username, recovery: recovery.reveal().to_owned(), expires_at }
    }

    /// The path and query of the link.
    pub fn path(&self) -> String {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("recovery", &self.recovery)
            .finish();
        format!("/recover/password?{query}")
    }
}

/// Without the value of the link.
impl std::fmt::Debug for RecoveryMail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RecoveryMail")
            .field("username", &self.username)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}
