//! JWTs as clients make them, right and wrong.

use std::sync::LazyLock;

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{
    self, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use postern_domain::ClientKeySet;
use rsa::pkcs1::DecodeRsaPublicKey as _;
use rsa::traits::PublicKeyParts as _;
use serde_json::{Value, json};

/// A client's keys: one pair of each kind. `kid` is the kind.
pub(crate) struct Pairs {
    rsa: RsaKeyPair,
    ec: EcdsaKeyPair,
    ed: Ed25519KeyPair,
}

pub(crate) static PAIRS: LazyLock<Pairs> = LazyLock::new(Pairs::generate);
/// Those of somebody else.
pub(crate) static OTHERS: LazyLock<Pairs> = LazyLock::new(Pairs::generate);

impl Pairs {
    fn generate() -> Self {
        Self {
            rsa: RsaKeyPair::generate(KeySize::Rsa2048).unwrap(),
            ec: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap(),
            ed: Ed25519KeyPair::generate().unwrap(),
        }
    }

    /// The public halves.
    pub(crate) fn public(&self) -> ClientKeySet {
        let encoded = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let der = self.rsa.public_key();
        let rsa = rsa::RsaPublicKey::from_pkcs1_der(der.as_ref()).unwrap();
        let point = self.ec.public_key().as_ref();
        let keys = json!([
            {"kty": "RSA", "kid": "rsa", "n": encoded(&rsa.n().to_bytes_be()), "e": encoded(&rsa.e().to_bytes_be())},
            {"kty": "EC", "kid": "ec", "crv": "P-256", "x": encoded(&point[1..33]), "y": encoded(&point[33..])},
            {"kty": "OKP", "kid": "ed", "crv": "Ed25519", "x": encoded(self.ed.public_key().as_ref())},
        ]);
        ClientKeySet::parse(json!({ "keys": keys })).unwrap()
    }

    /// The public RSA key as DER, as whoever takes it for a shared secret has it.
    pub(crate) fn rsa_der(&self) -> Vec<u8> {
        AsDer::<aws_lc_rs::encoding::PublicKeyX509Der<'_>>::as_der(self.rsa.public_key())
            .unwrap()
            .as_ref()
            .to_vec()
    }

    /// A JWT with this header, by the pair for its `alg`.
    pub(crate) fn sign(&self, header: &Value, claims: &Value) -> String {
        let (message, random) = (message(header, claims), SystemRandom::new());
        let rsa = |padding: &'static dyn signature::RsaEncoding| {
            let mut signature = vec![0; self.rsa.public_modulus_len()];
            self.rsa.sign(padding, &random, message.as_bytes(), &mut signature).unwrap();
            signature
        };
        let signature = match header["alg"].as_str().unwrap() {
            "RS256" => rsa(&signature::RSA_PKCS1_SHA256),
            "RS384" => rsa(&signature::RSA_PKCS1_SHA384),
            "RS512" => rsa(&signature::RSA_PKCS1_SHA512),
            "PS256" => rsa(&signature::RSA_PSS_SHA256),
            "PS384" => rsa(&signature::RSA_PSS_SHA384),
            "PS512" => rsa(&signature::RSA_PSS_SHA512),
            "ES256" => self.ec.sign(&random, message.as_bytes()).unwrap().as_ref().to_vec(),
            "EdDSA" => self.ed.sign(message.as_bytes()).as_ref().to_vec(),
            other => panic!("no pair for {other}"),
        };
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// A JWT with a code made from a secret.
pub(crate) fn with_secret(secret: &[u8], header: &Value, claims: &Value) -> String {
    let message = message(header, claims);
    let algorithm = match header["alg"].as_str().unwrap() {
        "HS256" => hmac::HMAC_SHA256,
        "HS384" => hmac::HMAC_SHA384,
        "HS512" => hmac::HMAC_SHA512,
        other => panic!("no code is called {other}"),
    };
    let code = hmac::sign(&hmac::Key::new(algorithm, secret), message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(code))
}

/// Header and claims, not signed.
pub(crate) fn message(header: &Value, claims: &Value) -> String {
    let encoded = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}", encoded(header), encoded(claims))
}
