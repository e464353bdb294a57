use serde::{Deserialize, Serialize};

/// Second factors: authenticator apps and passkeys.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SecondFactor {
    /// Who has to have one.
    pub required_of: RequiredOf,
}

/// Who has to have a second factor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RequiredOf {
    /// Nobody; organizations may ask their members for one.
    #[default]
    Nobody,
    /// Whoever has a right over this server.
    Administrators,
    /// Everybody.
    Everybody,
}
