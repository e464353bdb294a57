use std::collections::BTreeMap;

use postern_domain::Lifetime;
use serde::{Deserialize, Serialize};

/// Settings of tokens.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tokens {
    /// The first part of every token, by which an instance, or its sandbox, is told at a glance.
    pub prefix: String,
    /// How the API takes personal and organization tokens.
    pub auth_mode: TokenAuthMode,
    /// Whether nothing of a token can be changed but that it is revoked.
    pub secure_mode: bool,
    /// Whether owners may see the value of a personal or organization token again.
    pub reveal: Reveal,
    /// Longest life of a new personal or organization token; without it there is no cap.
    pub max_lifetime: Option<Lifetime>,
    /// How long a renewed token lives from then on.
    pub renewal_lifetime: Lifetime,
    /// Whether administrators can make tokens that work for any active user.
    pub any_user: bool,
}

impl Default for Tokens {
    fn default() -> Self {
        Self {
            prefix: "postern".to_owned(),
            auth_mode: TokenAuthMode::default(),
            secure_mode: false,
            reveal: Reveal::Once,
            max_lifetime: None,
            renewal_lifetime: Lifetime::days(90),
            any_user: false,
        }
    }
}

/// How the API takes personal and organization tokens. What is issued to apps is always sent as Bearer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenAuthMode {
    /// `Authorization: Basic base64(USER:TOKEN)` only.
    Basic,
    /// `Authorization: Bearer TOKEN` only.
    Bearer,
    /// Either.
    #[default]
    Both,
}

/// Whether owners may see the value of a personal or organization token again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reveal {
    /// It is shown when it is made, and nothing of it is kept.
    #[default]
    Once,
    /// A sealed copy is kept, which they see after signing in afresh.
    Again,
}

/// The token by which signed-in pages call the API.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SessionApiToken {
    /// Whether there is one. Any script on a page that may obtain it acts as the person who is signed in.
    pub enabled: bool,
    /// The header that it is sent in.
    pub header: String,
    /// Origins of the same site whose pages may obtain one, besides our own.
    pub origins: Vec<String>,
}

impl Default for SessionApiToken {
    fn default() -> Self {
        Self { enabled: false, header: "X-Postern-REST-Token".to_owned(), origins: Vec::new() }
    }
}

/// What is done about tokens that turn up where others can read them.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Leaks {
    /// The public keys by which scanners of secrets sign their reports, PEM, by the name that reports give them.
    pub keys: BTreeMap<String, String>,
}
