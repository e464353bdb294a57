use std::fmt;

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ED25519, EcdsaKeyPair, Ed25519KeyPair,
    KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, UnparsedPublicKey,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use postern_domain::SigningAlgorithm;
use serde::Serialize;
use zeroize::Zeroizing;

use super::ID_TOKEN_TYPE;
use super::public_jwk::PublicJwk;

/// A key that signs, parsed once and held (parsing an RSA key costs two thirds of a signature).
pub struct SigningKey {
    kid: String,
    algorithm: SigningAlgorithm,
    pair: Pair,
    public_jwk: String,
    /// The JOSE header as it stands in each id_token, with the dot behind it.
    header: String,
}

enum Pair {
    Rsa(Box<RsaKeyPair>),
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

/// Why a key cannot be made, read or used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SigningError {
    /// The library did not make one.
    #[error("a signing key could not be made")]
    Generation,
    /// The size is none of 2048, 3072 and 4096 bits.
    #[error("RSA keys have 2048, 3072 or 4096 bits")]
    Size,
    /// The bytes are not a private key of the algorithm in PKCS#8.
    #[error("a signing key could not be read")]
    Parsing,
    /// The library did not sign.
    #[error("a token could not be signed")]
    Signing,
    /// The claims are not JSON.
    #[error("the claims of a token could not be written")]
    Claims,
}

impl SigningKey {
    /// Makes a key with the system's generator and answers it with its private half as PKCS#8 (RFC 5208).
    ///
    /// # Errors
    /// [`SigningError::Size`] for a size of RSA key that is not offered, [`SigningError::Generation`] if the library fails.
    pub fn generate(
        algorithm: SigningAlgorithm,
        rsa_bits: u32,
    ) -> Result<(Self, Zeroizing<Vec<u8>>), SigningError> {
        let failed = |_| SigningError::Generation;
        let pkcs8 = match algorithm {
            SigningAlgorithm::Rs256 => {
                let size = match rsa_bits {
                    2048 => KeySize::Rsa2048,
                    3072 => KeySize::Rsa3072,
                    4096 => KeySize::Rsa4096,
                    _ => return Err(SigningError::Size),
                };
                let pair = RsaKeyPair::generate(size).map_err(failed)?;
                let der: Pkcs8V1Der<'static> = pair.as_der().map_err(failed)?;
                Zeroizing::new(der.as_ref().to_vec())
            }
            SigningAlgorithm::Es256 => {
                let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(failed)?;
                Zeroizing::new(pair.to_pkcs8v1().map_err(failed)?.as_ref().to_vec())
            }
            SigningAlgorithm::EdDsa => {
                let pair = Ed25519KeyPair::generate().map_err(failed)?;
                Zeroizing::new(pair.to_pkcs8v1().map_err(failed)?.as_ref().to_vec())
            }
        };
        Ok((Self::parse(algorithm, &pkcs8)?, pkcs8))
    }

    /// Reads the private half of a key, PKCS#8.
    ///
    /// # Errors
    /// [`SigningError::Parsing`] if it is not a key of the algorithm.
    pub fn parse(algorithm: SigningAlgorithm, pkcs8: &[u8]) -> Result<Self, SigningError> {
        let pair = match algorithm {
            SigningAlgorithm::Rs256 => RsaKeyPair::from_pkcs8(pkcs8).map(|pair| Pair::Rsa(Box::new(pair))),
            SigningAlgorithm::Es256 => {
                EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8).map(Pair::P256)
            }
            SigningAlgorithm::EdDsa => Ed25519KeyPair::from_pkcs8(pkcs8).map(Pair::Ed25519),
        };
        let pair = pair.map_err(|_| SigningError::Parsing)?;
        let jwk = pair.public_jwk().ok_or(SigningError::Parsing)?;
        let kid = jwk.thumbprint();
        Ok(Self {
            public_jwk: jwk.to_json(&kid, algorithm.as_str()),
            header: header(ID_TOKEN_TYPE, algorithm, &kid),
            kid,
            algorithm,
            pair,
        })
    }

    /// Its name in the JWKS document: the thumbprint (RFC 7638) of its public half.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// What it signs with.
    pub const fn algorithm(&self) -> SigningAlgorithm {
        self.algorithm
    }

    /// The public half as a JWK with `kid`, `alg` and `use`.
    pub fn public_jwk(&self) -> &str {
        &self.public_jwk
    }

    /// Signs claims as a JWT: JWS compact serialization (RFC 7515 section 7.1).
    ///
    /// # Errors
    /// [`SigningError::Claims`] if the claims cannot be written, [`SigningError::Signing`] if the library fails.
    pub fn sign(&self, claims: &impl Serialize) -> Result<String, SigningError> {
        self.sign_below(&self.header, claims)
    }

    /// Signs claims as a JWT of a `typ` of its own (RFC 8725 section 3.11).
    ///
    /// # Errors
    /// Those of [`Self::sign`].
    pub fn sign_typed(&self, typ: &str, claims: &impl Serialize) -> Result<String, SigningError> {
        self.sign_below(&header(typ, self.algorithm, &self.kid), claims)
    }

    fn sign_below(&self, header: &str, claims: &impl Serialize) -> Result<String, SigningError> {
        let claims = serde_json::to_vec(claims).map_err(|_| SigningError::Claims)?;
        let mut token = String::with_capacity(header.len() + claims.len() * 4 / 3 + 700);
        token.push_str(header);
        URL_SAFE_NO_PAD.encode_string(&claims, &mut token);
        let signature = self.pair.sign(token.as_bytes())?;
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(&signature, &mut token);
        Ok(token)
    }

    /// Whether `signature` is one of this key over `message`.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        let verified = match &self.pair {
            Pair::Rsa(pair) => UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public_key())
                .verify(message, signature),
            Pair::P256(pair) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, pair.public_key()).verify(message, signature)
            }
            Pair::Ed25519(pair) => {
                UnparsedPublicKey::new(&ED25519, pair.public_key()).verify(message, signature)
            }
        };
        verified.is_ok()
    }
}

/// A JOSE header as it stands in a token, with the dot behind it.
fn header(typ: &str, algorithm: SigningAlgorithm, kid: &str) -> String {
    let header = format!("{{\"alg\":\"{algorithm}\",\"typ\":\"{typ}\",\"kid\":\"{kid}\"}}");
    format!("{}.", URL_SAFE_NO_PAD.encode(header))
}

impl Pair {
    fn public_jwk(&self) -> Option<PublicJwk> {
        Some(match self {
            Self::Rsa(pair) => PublicJwk::Rsa {
                n: pair.public_key().modulus().big_endian_without_leading_zero().to_vec(),
                e: pair.public_key().exponent().big_endian_without_leading_zero().to_vec(),
            },
            Self::P256(pair) => {
                // SEC 1 section 2.3.3: 4, then both coordinates.
                let coordinates = pair.public_key().as_ref().strip_prefix(&[4])?;
                let (x, y) = coordinates.split_at_checked(32)?;
                PublicJwk::P256 { x: x.to_vec(), y: y.to_vec() }
            }
            Self::Ed25519(pair) => PublicJwk::Ed25519 { x: pair.public_key().as_ref().to_vec() },
        })
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SigningError> {
        match self {
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
                    .map_err(|_| SigningError::Signing)?;
                Ok(signature)
            }
            Self::P256(pair) => pair
                .sign(&SystemRandom::new(), message)
                .map(|signature| signature.as_ref().to_vec())
                .map_err(|_| SigningError::Signing),
            Self::Ed25519(pair) => pair
                .try_sign(message)
                .map(|signature| signature.as_ref().to_vec())
                .map_err(|_| SigningError::Signing),
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({} {})", self.algorithm, self.kid)
    }
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::jwk::Jwk;
    use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_foreign_library_verifies_what_is_signed() {
        for (algorithm, theirs) in [
            (SigningAlgorithm::Rs256, Algorithm::RS256),
            (SigningAlgorithm::Es256, Algorithm::ES256),
            (SigningAlgorithm::EdDsa, Algorithm::EdDSA),
        ] {
            let (key, pkcs8) = SigningKey::generate(algorithm, 2048).unwrap();
            let jwk: Jwk = serde_json::from_str(key.public_jwk()).unwrap();
            assert_eq!(jwk.common.key_id.as_deref(), Some(key.kid()));
            let token = key.sign(&json!({ "sub": "ada", "aud": "app" })).unwrap();
            let mut validation = Validation::new(theirs);
            validation.required_spec_claims.clear();
            validation.validate_exp = false;
            validation.set_audience(&["app"]);
            let read = decode::<Value>(&token, &DecodingKey::from_jwk(&jwk).unwrap(), &validation).unwrap();
            assert_eq!(read.claims["sub"], "ada");
            assert_eq!(read.header.kid.as_deref(), Some(key.kid()));
            assert_eq!(SigningKey::parse(algorithm, &pkcs8).unwrap().kid(), key.kid());
        }
    }

    #[test]
    fn other_sizes_and_other_bytes_are_refused() {
        assert_eq!(SigningKey::generate(SigningAlgorithm::Rs256, 1024).unwrap_err(), SigningError::Size);
        let (_, pkcs8) = SigningKey::generate(SigningAlgorithm::Es256, 2048).unwrap();
        assert_eq!(SigningKey::parse(SigningAlgorithm::Rs256, &pkcs8).unwrap_err(), SigningError::Parsing);
        assert_eq!(SigningKey::parse(SigningAlgorithm::EdDsa, b"no key").unwrap_err(), SigningError::Parsing);
    }
}
