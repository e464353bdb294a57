use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

/// An S256 code challenge (RFC 7636 section 4.2): base64url of a SHA-256, thus 43 characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CodeChallenge(String);

/// A code verifier (RFC 7636 section 4.1): 43 to 128 unreserved characters.
#[derive(Clone)]
pub struct CodeVerifier(String);

/// Why a challenge or verifier cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PkceError {
    /// A method other than S256, or none, which the RFC reads as `plain`.
    #[error("code_challenge_method must be S256 and must be sent")]
    Method,
    /// Not 43 base64url characters.
    #[error("code_challenge must be the base64url form of a SHA-256: 43 characters without padding")]
    Challenge,
    /// Not 43 to 128 unreserved characters.
    #[error("code_verifier must be 43 to 128 letters, digits or any of - . _ ~")]
    Verifier,
}

impl CodeChallenge {
    /// Reads `code_challenge` with its `code_challenge_method`.
    ///
    /// # Errors
    /// [`PkceError`] if the method is not S256 or the challenge is not of its form.
    pub fn parse(challenge: &str, method: Option<&str>) -> Result<Self, PkceError> {
        if method != Some("S256") {
            return Err(PkceError::Method);
        }
        let base64url = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        if challenge.len() != 43 || !challenge.bytes().all(base64url) {
            return Err(PkceError::Challenge);
        }
        Ok(Self(challenge.to_owned()))
    }

    /// Whether `verifier` is the one this challenge was made from (RFC 7636 section 4.6), in constant time.
    pub fn is_met_by(&self, verifier: &CodeVerifier) -> bool {
        let expected = pkce::code_challenge(verifier.0.as_bytes());
        self.0.as_bytes().ct_eq(expected.as_bytes()).into()
    }
}

impl CodeVerifier {
    /// Reads `code_verifier`.
    ///
    /// # Errors
    /// [`PkceError::Verifier`] if it is too short, too long or has other characters.
    pub fn parse(text: &str) -> Result<Self, PkceError> {
        let unreserved = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~');
        if (43..=128).contains(&text.len()) && text.bytes().all(unreserved) {
            Ok(Self(text.to_owned()))
        } else {
            Err(PkceError::Verifier)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn the_example_of_rfc_7636_appendix_b_holds() {
        let challenge = CodeChallenge::parse(CHALLENGE, Some("S256")).unwrap();
        assert!(challenge.is_met_by(&CodeVerifier::parse(VERIFIER).unwrap()));
        assert!(!challenge.is_met_by(&CodeVerifier::parse(&VERIFIER.replace('d', "e")).unwrap()));
        assert!(!challenge.is_met_by(&CodeVerifier::parse(CHALLENGE).unwrap()));
    }

    #[test]
    fn only_s256_in_its_form_is_taken() {
        for method in [None, Some("plain"), Some("s256"), Some("S512"), Some("")] {
            assert_eq!(CodeChallenge::parse(CHALLENGE, method), Err(PkceError::Method));
        }
        for challenge in
            [&CHALLENGE[1..], &format!("{CHALLENGE}A"), &CHALLENGE.replace('-', "+"), &"A".repeat(129)]
        {
            assert_eq!(CodeChallenge::parse(challenge, Some("S256")), Err(PkceError::Challenge));
        }
        for verifier in ["", &"a".repeat(42), &"a".repeat(129), &format!("{VERIFIER} "), &"é".repeat(43)] {
            assert!(CodeVerifier::parse(verifier).is_err(), "{verifier}");
        }
        assert!(CodeVerifier::parse(&"~".repeat(128)).is_ok());
    }
}
