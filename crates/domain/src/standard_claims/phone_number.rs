use serde::{Deserialize, Serialize};

use super::StandardClaimError;

/// A telephone number as it was typed, with its country: E.164 with the spaces, hyphens and brackets that people write, and
/// perhaps an extension as RFC 3966 writes it (OIDC Core section 5.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PhoneNumber(String);

impl PhoneNumber {
    /// Reads a number; surrounding space is dropped.
    ///
    /// # Errors
    /// [`StandardClaimError::PhoneNumber`] if it does not begin with `+` and a country, or has fewer than 5 or more than 15
    /// digits.
    pub fn parse(text: &str) -> Result<Self, StandardClaimError> {
        let text = text.trim();
        let (number, extension) = text.split_once(";ext=").unwrap_or((text, "1"));
        let Some(number) = number.strip_prefix('+') else { return Err(StandardClaimError::PhoneNumber) };
        let is_part = |byte: u8| byte.is_ascii_digit() || matches!(byte, b' ' | b'-' | b'.' | b'(' | b')');
        let digits = number.bytes().filter(u8::is_ascii_digit).count();
        let is_good = text.len() <= 40
            && number.bytes().all(is_part)
            && number.starts_with(|c: char| ('1'..='9').contains(&c))
            && (5..=15).contains(&digits)
            && !extension.is_empty()
            && extension.bytes().all(|byte| byte.is_ascii_digit());
        if is_good { Ok(Self(text.to_owned())) } else { Err(StandardClaimError::PhoneNumber) }
    }

    /// The number.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_with_their_country() {
        for text in ["+442079460018", "+1 (425) 555-1212", "+56 (2) 687 2400", "+1 (604) 555-1234;ext=5678"] {
            assert_eq!(PhoneNumber::parse(text).unwrap().as_str(), text);
        }
        for text in [
            "",
            "020 7946 0018",
            "0044 20 7946 0018",
            "+",
            "+0 123456",
            "+1 234",
            "+1 555 CALL NOW",
            "+12345678901234567",
            "+1 425 555 1212;ext=",
            "+1 425 555 1212;ext=a",
            "+ 1 425 555 1212",
            "tel:+14255551212",
        ] {
            assert!(PhoneNumber::parse(text).is_err(), "{text:?}");
        }
    }
}
