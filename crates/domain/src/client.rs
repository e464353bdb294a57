mod granted;
mod key_set;
mod metadata;
mod names;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{ClientId, Lifetime, OrganizationId, Scopes, SecretId, Timestamp, TokenHash, UserId};

pub use granted::GrantedScopes;
pub use key_set::{ClientKeySet, ClientKeySetError};
pub use metadata::ClientMetadata;
pub use names::{
    AccessTokenFormat, ApplicationType, AssertionAlgorithm, AuthMethod, ClientType, GrantName,
    SigningAlgorithm, SubjectIdentifierType,
};

/// The `client_id` of the protocol (RFC 6749 section 2.2): ours are `<prefix>_ci_…`, others may have been brought along.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClientIdentifier(String);

impl ClientIdentifier {
    /// Reads an identifier: 1 to 200 printable ASCII characters without space (RFC 6749 appendix A.1) and without `:`,
    /// which Basic authentication could not carry plainly.
    pub fn parse(text: &str) -> Option<Self> {
        let valid =
            (1..=200).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic() && b != b':');
        valid.then(|| Self(text.to_owned()))
    }

    /// The identifier.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClientIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whose a client is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientOwner {
    /// A person's.
    User(UserId),
    /// An organization's.
    Organization(OrganizationId),
    /// The instance's own, made by an operator.
    Instance,
    /// Nobody's: it registered itself (RFC 7591).
    Nobody,
}

/// A registered OAuth client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// The id of its row.
    pub id: ClientId,
    /// Its `client_id`.
    pub identifier: ClientIdentifier,
    /// Whose it is.
    pub owner: ClientOwner,
    /// What is registered of it.
    pub metadata: ClientMetadata,
    /// Its secrets, the latest first: two while one replaces the other. One of them may have ended since it was read.
    pub secrets: Vec<ClientSecret>,
    /// What is stored of its registration access token (RFC 7592 section 3): only what registered itself has one.
    pub registration_token: Option<TokenHash>,
    /// Names the logo's bytes, if it has one.
    pub logo_digest: Option<String>,
    /// Whether an administrator has closed it.
    pub disabled: bool,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When its registration last changed.
    pub updated_at: Timestamp,
    /// When it last got or used a token, to within some minutes.
    pub last_used_at: Option<Timestamp>,
    /// The scopes that it was ever issued a token with.
    pub granted: GrantedScopes,
}

impl Client {
    /// How old `last_used_at` may be before it is written again.
    const TOUCHED_EVERY: Lifetime = Lifetime::seconds(600);

    /// A client that was registered at `created_at` and has no secret yet.
    pub const fn new(
        id: ClientId,
        identifier: ClientIdentifier,
        owner: ClientOwner,
        metadata: ClientMetadata,
        created_at: Timestamp,
    ) -> Self {
        Self {
            id,
            identifier,
            owner,
            metadata,
            secrets: Vec::new(),
            registration_token: None,
            logo_digest: None,
            disabled: false,
            created_at,
            updated_at: created_at,
            last_used_at: None,
            granted: GrantedScopes::since(created_at),
        }
    }

    /// The scopes that it is registered for and was never issued a token with since [`GrantedScopes::since`]; none while
    /// nobody knows.
    pub fn unused_scopes(&self) -> Scopes {
        match self.granted.since {
            Some(_) => self.metadata.scopes.difference(&self.granted.scopes),
            None => Scopes::none(),
        }
    }

    /// Whether it was seen from its registration on which scopes it is issued.
    pub fn was_always_seen(&self) -> bool {
        self.granted.since.is_some_and(|since| since <= self.created_at)
    }

    /// The secrets that work at `now`, the latest first.
    pub fn live_secrets(&self, now: Timestamp) -> impl Iterator<Item = &ClientSecret> {
        self.secrets.iter().filter(move |secret| secret.is_live(now))
    }

    /// Whether a use at `now`, with this secret if with one, is worth writing down.
    pub fn wants_touch(&self, with: Option<SecretId>, now: Timestamp) -> bool {
        let old = |at: Option<Timestamp>| {
            at.is_none_or(|at| now.seconds_since(at) >= Self::TOUCHED_EVERY.as_seconds())
        };
        old(self.last_used_at)
            || self.secrets.iter().any(|secret| Some(secret.id) == with && old(secret.last_used_at))
    }
}

/// One of a client's secrets, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientSecret {
    /// Its id.
    pub id: SecretId,
    /// What is stored of it.
    pub hash: TokenHash,
    /// The secret itself, sealed, where codes are made with it (`client_secret_jwt`).
    pub sealed: Option<Vec<u8>>,
    /// Its last four characters, by which its owner knows it.
    pub hint: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working; `None` while it is the current one.
    pub expires_at: Option<Timestamp>,
    /// When it last proved who the client is, to within some minutes.
    pub last_used_at: Option<Timestamp>,
}

impl ClientSecret {
    /// Whether it works at `now`.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }
}
