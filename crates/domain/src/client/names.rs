use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

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
        /// A JWT that it signed with a key of its own (RFC 7523 section 2.2).
        PrivateKeyJwt = "private_key_jwt",
        /// A JWT with a code made from its secret (OIDC Core section 9).
        ClientSecretJwt = "client_secret_jwt",
        /// Not at all: public clients.
        None = "none",
    }
}

protocol_names! {
    /// Where an app runs (OIDC Registration section 2).
    ApplicationType {
        /// On a server, or in a browser.
        Web = "web",
        /// On a device.
        Native = "native",
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

protocol_names! {
    /// What an access token looks like to those who get it.
    #[derive(Default)]
    AccessTokenFormat {
        /// It says nothing: an API asks this server what it is worth (RFC 7662).
        #[default]
        Opaque = "opaque",
        /// A JWT, whose signature an API verifies by itself (RFC 9068).
        Jwt = "jwt",
    }
}

protocol_names! {
    /// How what a client sends is signed: its assertions (RFC 7523) and request objects (RFC 9101). There is no `none`.
    AssertionAlgorithm {
        /// RSASSA-PKCS1-v1_5 with SHA-256.
        Rs256 = "RS256",
        /// RSASSA-PKCS1-v1_5 with SHA-384.
        Rs384 = "RS384",
        /// RSASSA-PKCS1-v1_5 with SHA-512.
        Rs512 = "RS512",
        /// RSASSA-PSS with SHA-256.
        Ps256 = "PS256",
        /// RSASSA-PSS with SHA-384.
        Ps384 = "PS384",
        /// RSASSA-PSS with SHA-512.
        Ps512 = "PS512",
        /// ECDSA on P-256 with SHA-256.
        Es256 = "ES256",
        /// ECDSA on P-384 with SHA-384.
        Es384 = "ES384",
        /// Ed25519.
        EdDsa = "EdDSA",
        /// HMAC with SHA-256 and the client's secret.
        Hs256 = "HS256",
        /// HMAC with SHA-384 and the client's secret.
        Hs384 = "HS384",
        /// HMAC with SHA-512 and the client's secret.
        Hs512 = "HS512",
    }
}

impl AssertionAlgorithm {
    /// Whether the client's secret is the key, and not a pair of keys of its own.
    pub const fn uses_the_secret(self) -> bool {
        matches!(self, Self::Hs256 | Self::Hs384 | Self::Hs512)
    }
}

protocol_names! {
    /// Whether all clients know a person by the same `sub` (OIDC Core section 8).
    #[derive(Default)]
    SubjectIdentifierType {
        /// They do.
        #[default]
        Public = "public",
        /// Those of another sector know them by another one.
        Pairwise = "pairwise",
    }
}
