use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A text is not the id that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is not an id: ids are UUIDs such as 01931b5c-6f2e-7c3a-9d6e-2f1f0a6b4c11")]
pub struct IdError(String);

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::try_parse(text).map(Self).map_err(|_| IdError(text.to_owned()))
            }
        }
    )*};
}

ids! {
    /// A person's account. It is the `sub` of that person's tokens.
    UserId
    /// An organization. It is the `sub` of the organization's tokens.
    OrganizationId
    /// An invitation to an organization.
    InvitationId
    /// A customer of an organization.
    CustomerId
    /// A mail on its way.
    MailId
    /// The row of an OAuth client; the `client_id` of the protocol is a [`ClientIdentifier`](crate::ClientIdentifier).
    ClientId
    /// One of a client's secrets.
    SecretId
    /// An initial access token (RFC 7591 section 3), by which clients register themselves.
    InitialAccessTokenId
    /// One refused call of a client, kept for its developer.
    ClientErrorId
    /// A signed-in browser. It is the `sid` of id_tokens.
    SessionId
    /// The sessions of one browser, of an account each.
    BrowserId
    /// A passkey of an account.
    PasskeyId
    /// A client's part in a session: it got an id_token there. What tells it of the session's end has the same id.
    SessionClientId
    /// What a subject once granted to a client: the family of all tokens that came from one authorization.
    GrantId
    /// One issued credential.
    TokenId
    /// What a user has consented to for one client.
    ConsentId
    /// Somebody at a sign-in provider, as whom a person signs in.
    UpstreamIdentityId
}
