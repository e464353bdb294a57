use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize, Serializer};

/// A sign-in provider: a server that people can sign in with instead of a password of this one.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct UpstreamProvider {
    /// What is known of it already.
    pub preset: Preset,
    /// Its issuer (OIDC Core section 2); a preset may have one.
    pub issuer: Option<String>,
    /// The `client_id` that this server is registered by there.
    pub client_id: String,
    /// The file that holds the client secret.
    pub client_secret_file: Option<PathBuf>,
    /// The client secret itself. Without either this server is a public client there.
    pub client_secret: Option<ClientSecretText>,
    /// What is asked for; without it what the preset asks for.
    pub scopes: Option<Vec<String>>,
    /// What people know it as.
    pub label: Option<String>,
    /// Whether anybody gets in by it.
    pub enabled: bool,
    /// Whether somebody who opens no account yet gets one.
    pub sign_up: bool,
    /// Whether an address counts as verified here that it says is verified.
    pub trust_email: bool,
}

impl Default for UpstreamProvider {
    fn default() -> Self {
        Self {
            preset: Preset::default(),
            issuer: None,
            client_id: String::new(),
            client_secret_file: None,
            client_secret: None,
            scopes: None,
            label: None,
            enabled: true,
            sign_up: false,
            trust_email: false,
        }
    }
}

/// Providers of which something is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Preset {
    /// Any OpenID Provider.
    #[default]
    Oidc,
    /// Google.
    Google,
    /// GitHub, or a GitHub Enterprise Server.
    GitHub,
    /// GitLab, or one of one's own.
    GitLab,
    /// Microsoft Entra ID, one tenant.
    Microsoft,
    /// Another Postern.
    Postern,
}

/// A client secret in the settings. It shows itself as `***`.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct ClientSecretText(String);

impl ClientSecretText {
    /// The secret itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<&str> for ClientSecretText {
    fn from(secret: &str) -> Self {
        Self(secret.to_owned())
    }
}

impl fmt::Debug for ClientSecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl Serialize for ClientSecretText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("***")
    }
}
