use std::sync::Arc;

use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey, crypto};
use postern_domain::{AssertionAlgorithm, Client, ClientKeySet, Plain, SecretId};
use serde_json::{Map, Value};

use super::ClientJwt;
use crate::App;

/// The keys by which a JWT of a client may be signed.
pub(crate) enum ClientKeys {
    /// Its public ones.
    Public(Arc<ClientKeySet>),
    /// Its secrets that work.
    Secrets(Vec<(SecretId, Plain)>),
}

impl ClientKeys {
    /// The keys of `client` for this JWT: by its algorithm, and nothing else of it. The error is a sentence for the
    /// client's developer.
    pub(crate) async fn find(app: &App, client: &Client, jwt: &ClientJwt<'_>) -> Result<Self, &'static str> {
        if jwt.algorithm.uses_the_secret() {
            return Ok(Self::Secrets(secrets(app, client)));
        }
        if let Some(keys) = &client.metadata.jwks {
            return Ok(Self::Public(Arc::new(keys.clone())));
        }
        let address =
            client.metadata.jwks_uri.as_ref().ok_or("the client has registered neither jwks nor jwks_uri")?;
        app.fetched_keys
            .get(app, address, |keys| candidates(keys, jwt).next().is_some())
            .await
            .map(Self::Public)
    }

    /// That one of them signed the JWT. Answers the secret, if it was one.
    pub(crate) fn verify(&self, jwt: &ClientJwt<'_>) -> Result<Option<SecretId>, &'static str> {
        match self {
            Self::Public(keys) => {
                let mut tried = candidates(keys, jwt).peekable();
                if tried.peek().is_none() {
                    return Err("the client has no key that fits “alg” and “kid” of the JWT");
                }
                let signed = tried.any(|key| key.is_some_and(|key| is_signed(jwt, &key)));
                if signed { Ok(None) } else { Err("the signature of the JWT is wrong") }
            }
            Self::Secrets(secrets) => secrets
                .iter()
                .find(|(_, secret)| is_signed(jwt, &DecodingKey::from_secret(secret.reveal().as_bytes())))
                .map(|(id, _)| Some(*id))
                .ok_or("no secret of the client made the code of the JWT"),
        }
    }
}

/// The keys of a set that may have signed a JWT; `None` for one that is broken.
fn candidates<'a>(
    keys: &'a ClientKeySet,
    jwt: &'a ClientJwt<'_>,
) -> impl Iterator<Item = Option<DecodingKey>> + 'a {
    keys.keys().filter(|key| fits(key, jwt)).map(|key| {
        let key: Jwk = serde_json::from_value(Value::Object(key.clone())).ok()?;
        DecodingKey::from_jwk(&key).ok()
    })
}

/// Whether a key is of the kind that an algorithm needs, and for signatures (RFC 7517 section 4).
fn fits(key: &Map<String, Value>, jwt: &ClientJwt<'_>) -> bool {
    let text = |name: &str| key.get(name).and_then(Value::as_str);
    let (kind, curve) = match jwt.algorithm {
        AssertionAlgorithm::Es256 => ("EC", Some("P-256")),
        AssertionAlgorithm::Es384 => ("EC", Some("P-384")),
        AssertionAlgorithm::EdDsa => ("OKP", Some("Ed25519")),
        _ => ("RSA", None),
    };
    let verifies = key.get("key_ops").is_none_or(|operations| {
        operations
            .as_array()
            .is_some_and(|operations| operations.iter().any(|operation| operation == "verify"))
    });
    text("kty") == Some(kind)
        && (curve.is_none() || text("crv") == curve)
        && text("use").is_none_or(|usage| usage == "sig")
        && text("alg").is_none_or(|algorithm| algorithm == jwt.algorithm.as_str())
        && verifies
        && jwt.kid.as_deref().is_none_or(|kid| text("kid") == Some(kid))
}

fn is_signed(jwt: &ClientJwt<'_>, key: &DecodingKey) -> bool {
    let algorithm = match jwt.algorithm {
        AssertionAlgorithm::Rs256 => Algorithm::RS256,
        AssertionAlgorithm::Rs384 => Algorithm::RS384,
        AssertionAlgorithm::Rs512 => Algorithm::RS512,
        AssertionAlgorithm::Ps256 => Algorithm::PS256,
        AssertionAlgorithm::Ps384 => Algorithm::PS384,
        AssertionAlgorithm::Ps512 => Algorithm::PS512,
        AssertionAlgorithm::Es256 => Algorithm::ES256,
        AssertionAlgorithm::Es384 => Algorithm::ES384,
        AssertionAlgorithm::EdDsa => Algorithm::EdDSA,
        AssertionAlgorithm::Hs256 => Algorithm::HS256,
        AssertionAlgorithm::Hs384 => Algorithm::HS384,
        AssertionAlgorithm::Hs512 => Algorithm::HS512,
    };
    crypto::verify(jwt.signature, jwt.message.as_bytes(), key, algorithm).unwrap_or(false)
}

/// The secrets that can be read again and work now.
fn secrets(app: &App, client: &Client) -> Vec<(SecretId, Plain)> {
    let open = |secret: &postern_domain::ClientSecret| {
        let sealed = secret.sealed.as_deref()?;
        let opened = app.secret_key.open_text(&place(secret.id), sealed);
        opened
            .inspect_err(
                |error| tracing::error!(%error, secret = %secret.id, "a client's secret does not open"),
            )
            .ok()
    };
    client
        .live_secrets(app.clock.now())
        .filter_map(|secret| open(secret).map(|opened| (secret.id, opened)))
        .collect()
}

/// Where the sealed copy of a client's secret is kept.
pub(crate) fn place(secret: SecretId) -> String {
    format!("client_secrets.sealed.{secret}")
}
