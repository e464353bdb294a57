use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{
    ClientId, Lifetime, OrganizationId, PersonName, PostLogoutRedirectUri, RedirectUri, Scopes, SecretId,
    Timestamp, TokenHash, UserId, WebUrl,
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

macro_rules! protocol_names {
    ($(#[$doc:meta])* $name:ident { $($(#[$row:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$row])* #[serde(rename = $text)] $variant,)*
        }

        impl $name {
            /// Every value.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The value as the protocol writes it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = String;

            /// The error is a sentence that names what is known.
            fn from_str(text: &str) -> Result<Self, String> {
                Self::ALL.iter().copied().find(|value| value.as_str() == text).ok_or_else(|| {
                    let known: Vec<&str> = Self::ALL.iter().map(|value| value.as_str()).collect();
                    format!("“{}” is not known; use one of: {}", text.chars().take(60).collect::<String>(), known.join(", "))
                })
            }
        }
    };
}

protocol_names! {
    /// Whether a client can keep a secret (RFC 6749 section 2.1).
    ClientType {
        /// It runs where only its maker can look.
        Confidential = "confidential",
        /// It runs on other people's devices.
        Public = "public",
    }
}

protocol_names! {
    /// How a client proves who it is at the token endpoint (OIDC Core section 9).
    AuthMethod {
        /// Id and secret in `Authorization: Basic`.
        ClientSecretBasic = "client_secret_basic",
        /// Id and secret in the form.
        ClientSecretPost = "client_secret_post",
        /// Not at all: public clients.
        None = "none",
    }
}

protocol_names! {
    /// A way to get tokens (RFC 6749 section 1.3). What each does is in the grants' table of the flows.
    GrantName {
        /// RFC 6749 section 4.1.
        AuthorizationCode = "authorization_code",
        /// RFC 6749 section 6.
        RefreshToken = "refresh_token",
    }
}

protocol_names! {
    /// How signed answers are signed (RFC 7518 section 3.1, RFC 8037).
    SigningAlgorithm {
        /// RSASSA-PKCS1-v1_5 with SHA-256: what every relying party knows.
        Rs256 = "RS256",
        /// ECDSA on P-256 with SHA-256.
        Es256 = "ES256",
        /// Ed25519.
        EdDsa = "EdDSA",
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
}

/// What is registered of a client (names as RFC 7591 section 2 where it has them).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientMetadata {
    /// `client_name`: what people are told.
    pub name: PersonName,
    /// Whether it can keep a secret.
    pub client_type: ClientType,
    /// `redirect_uris`.
    pub redirect_uris: Vec<RedirectUri>,
    /// `post_logout_redirect_uris` (OIDC RP-Initiated Logout section 3.1).
    #[serde(default)]
    pub post_logout_redirect_uris: Vec<PostLogoutRedirectUri>,
    /// `scope`: the most it may ask for.
    pub scopes: Scopes,
    /// `client_uri`: its home page.
    pub homepage_url: Option<WebUrl>,
    /// `tos_uri`.
    pub terms_url: Option<WebUrl>,
    /// `policy_uri`.
    pub privacy_url: Option<WebUrl>,
    /// `token_endpoint_auth_method`; `None` on a confidential client leaves it basic or post.
    pub auth_method: Option<AuthMethod>,
    /// `grant_types`.
    pub grants: Vec<GrantName>,
    /// A shorter life for its access tokens than the instance's.
    pub access_token_lifetime: Option<Lifetime>,
    /// A shorter life of disuse for its refresh tokens than the instance's.
    pub refresh_token_lifetime: Option<Lifetime>,
    /// `id_token_signed_response_alg`.
    pub id_token_signed_response_alg: SigningAlgorithm,
    /// Whether it must send a PKCE challenge even though it has a secret.
    #[serde(default)]
    pub require_pkce: bool,
    /// First party: people are not asked for consent.
    #[serde(default)]
    pub trusted: bool,
    /// It may introspect tokens that others were issued.
    #[serde(default)]
    pub resource_server: bool,
}

impl ClientMetadata {
    /// A client that may do nothing yet: without redirect URIs, scopes and grants, and with nothing unusual.
    pub const fn new(name: PersonName, client_type: ClientType) -> Self {
        Self {
            name,
            client_type,
            redirect_uris: Vec::new(),
            post_logout_redirect_uris: Vec::new(),
            scopes: Scopes::none(),
            homepage_url: None,
            terms_url: None,
            privacy_url: None,
            auth_method: None,
            grants: Vec::new(),
            access_token_lifetime: None,
            refresh_token_lifetime: None,
            id_token_signed_response_alg: SigningAlgorithm::Rs256,
            require_pkce: false,
            trusted: false,
            resource_server: false,
        }
    }

    /// Whether the client may use a grant.
    pub fn allows_grant(&self, grant: GrantName) -> bool {
        self.grants.contains(&grant)
    }

    /// Whether the client may authenticate in this way.
    pub fn allows_auth_method(&self, method: AuthMethod) -> bool {
        match self.auth_method {
            Some(pinned) => pinned == method,
            None => match self.client_type {
                ClientType::Public => method == AuthMethod::None,
                ClientType::Confidential => method != AuthMethod::None,
            },
        }
    }
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
            logo_digest: None,
            disabled: false,
            created_at,
            updated_at: created_at,
            last_used_at: None,
        }
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
