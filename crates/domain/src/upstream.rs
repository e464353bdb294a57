use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Timestamp, UpstreamIdentityId, UserId};

/// Longest name of a provider, in bytes.
const LONGEST: usize = 32;

/// A text is no name of a sign-in provider.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "“{0}” is no name of a sign-in provider: use 1 to 32 small letters, digits and hyphens, such as acme"
)]
pub struct ProviderNameError(String);

/// What a sign-in provider is called in the settings and in addresses.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProviderName(String);

impl ProviderName {
    /// Reads a name.
    ///
    /// # Errors
    /// [`ProviderNameError`] if it is none.
    pub fn parse(text: &str) -> Result<Self, ProviderNameError> {
        let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let valid = (1..=LONGEST).contains(&text.len())
            && text.bytes().all(fits)
            && !text.starts_with('-')
            && !text.ends_with('-');
        if valid { Ok(Self(text.to_owned())) } else { Err(ProviderNameError(text.to_owned())) }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProviderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Somebody at a sign-in provider, as whom a person signs in. Issuer and subject together are all that it is known by (OIDC
/// Core section 5.7): names and addresses change hands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpstreamIdentity {
    /// Its id.
    pub id: UpstreamIdentityId,
    /// Whose account it opens.
    pub user_id: UserId,
    /// `iss`
    pub issuer: String,
    /// `sub`
    pub subject: String,
    /// What the provider called the person when it was connected: for them to recognise, and for nothing else.
    pub shown: String,
    /// When it was connected.
    pub created_at: Timestamp,
    /// When it was last used to sign in, if ever.
    pub last_used_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_into_addresses() {
        for name in ["a", "google", "acme-2", "0"] {
            assert_eq!(ProviderName::parse(name).unwrap().as_str(), name);
        }
        for name in ["", "Google", "a_b", "a.b", "a/b", "-a", "a-", "ä", "a b", &"a".repeat(33)] {
            assert!(ProviderName::parse(name).is_err(), "{name}");
        }
    }
}
