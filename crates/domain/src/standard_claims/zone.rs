use serde::{Deserialize, Serialize};

use super::StandardClaimError;

/// The name of a time zone in the form of the IANA database, such as `Europe/Paris`. The database changes several times a
/// year, so whether it has the name is not looked up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ZoneName(String);

impl ZoneName {
    /// Reads a name; surrounding space is dropped.
    ///
    /// # Errors
    /// [`StandardClaimError::Zone`] if no zone can have it: up to three parts separated by slashes, each of at most 20
    /// letters, digits, `_`, `+` and `-`, the first one beginning with a capital letter.
    pub fn parse(text: &str) -> Result<Self, StandardClaimError> {
        let text = text.trim();
        let parts: Vec<_> = text.split('/').collect();
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'+' | b'-');
        let is_part = |part: &&str| (1..=20).contains(&part.len()) && part.bytes().all(allowed);
        let is_good = parts.len() <= 3
            && parts.iter().all(is_part)
            && text.starts_with(|c: char| c.is_ascii_uppercase());
        if is_good { Ok(Self(text.to_owned())) } else { Err(StandardClaimError::Zone) }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_zones_have() {
        for text in [
            "Europe/Paris",
            "America/Argentina/ComodRivadavia",
            "UTC",
            "Etc/GMT+12",
            "America/Port-au-Prince",
        ] {
            assert_eq!(ZoneName::parse(text).unwrap().as_str(), text);
        }
        for text in [
            "",
            "europe/paris",
            "Europe/",
            "Europe//Paris",
            "Europe/Paris/x/y",
            "+01:00",
            "../etc/passwd",
            "Paris France",
        ] {
            assert!(ZoneName::parse(text).is_err(), "{text:?}");
        }
    }
}
