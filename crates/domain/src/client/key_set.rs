use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Most keys of a set.
const MAX_KEYS: usize = 50;

/// The shortest RSA modulus that is taken (RFC 7518 section 3.3), in bytes.
const LEAST_MODULUS: usize = 256;

/// The members of a key that only its owner may know (RFC 7518 sections 6.2.2, 6.3.2 and 6.4.1).
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// A client's public keys: a JWK Set (RFC 7517 section 5) in which no key is private or shared. Keys of kinds that
/// nobody here knows are kept and never used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClientKeySet(Value);

/// Why a set of keys cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClientKeySetError {
    /// Not a JWK Set.
    #[error("it is not a JWK Set; write an object whose “keys” is an array of keys (RFC 7517 section 5)")]
    NotASet,
    /// None, or more than 50.
    #[error("it has {0} keys; write 1 to {MAX_KEYS}")]
    Count(usize),
    /// One of the keys is not an object with a `kty`.
    #[error("key {0} is not an object with a “kty” (RFC 7517 section 4.1)")]
    NotAKey(usize),
    /// One of the keys is not a public one.
    #[error(
        "key {0} has the private member “{1}”; send public keys only, and make a new key in place of this one"
    )]
    Private(usize, &'static str),
    /// A member is missing or not base64url.
    #[error("key {0} has no valid “{1}” (RFC 7518 section 6)")]
    Member(usize, &'static str),
    /// The modulus is too short.
    #[error("key {0} is an RSA key of fewer than 2048 bits; make a longer one (RFC 7518 section 3.3)")]
    Weak(usize),
}

impl ClientKeySet {
    /// Reads a set as a client sent it or publishes it.
    ///
    /// # Errors
    /// [`ClientKeySetError`] names the first key that is wrong, counted from 1.
    pub fn parse(value: Value) -> Result<Self, ClientKeySetError> {
        let keys = value.get("keys").and_then(Value::as_array).ok_or(ClientKeySetError::NotASet)?;
        if keys.is_empty() || keys.len() > MAX_KEYS {
            return Err(ClientKeySetError::Count(keys.len()));
        }
        for (key, number) in keys.iter().zip(1..) {
            check(key, number)?;
        }
        Ok(Self(value))
    }

    /// The set, as it was read.
    pub const fn as_value(&self) -> &Value {
        &self.0
    }

    /// Its keys.
    pub fn keys(&self) -> impl Iterator<Item = &Map<String, Value>> {
        self.0.get("keys").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object)
    }
}

fn check(key: &Value, number: usize) -> Result<(), ClientKeySetError> {
    let kind = key.get("kty").and_then(Value::as_str).ok_or(ClientKeySetError::NotAKey(number))?;
    if let Some(member) = PRIVATE.iter().find(|member| key.get(**member).is_some()) {
        return Err(ClientKeySetError::Private(number, member));
    }
    let has_text = |member| match key.get(member) {
        Some(Value::String(text)) if !text.is_empty() => Ok(()),
        _ => Err(ClientKeySetError::Member(number, member)),
    };
    match kind {
        "RSA" => {
            let modulus = bytes(key, "n", number)?;
            bytes(key, "e", number)?;
            let leading = modulus.iter().take_while(|byte| **byte == 0).count();
            let long_enough = modulus.len() - leading >= LEAST_MODULUS;
            if long_enough { Ok(()) } else { Err(ClientKeySetError::Weak(number)) }
        }
        "EC" => has_text("crv").and(bytes(key, "x", number)).and(bytes(key, "y", number)).map(drop),
        "OKP" => has_text("crv").and(bytes(key, "x", number)).map(drop),
        _ => Ok(()),
    }
}

fn bytes(key: &Value, member: &'static str, number: usize) -> Result<Vec<u8>, ClientKeySetError> {
    key.get(member)
        .and_then(Value::as_str)
        .and_then(|text| URL_SAFE_NO_PAD.decode(text).ok())
        .filter(|bytes| !bytes.is_empty())
        .ok_or(ClientKeySetError::Member(number, member))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rsa(bits: usize) -> Value {
        json!({"kty": "RSA", "e": "AQAB", "n": URL_SAFE_NO_PAD.encode(vec![0xc5; bits / 8])})
    }

    #[test]
    fn public_keys_are_taken_with_whatever_else_stands_beside_them() {
        let set = json!({
            "keys": [
                rsa(2048),
                {"kty": "EC", "crv": "P-256", "x": "AQ", "y": "Ag", "kid": "b", "use": "sig"},
                {"kty": "OKP", "crv": "Ed25519", "x": "AQ"},
                {"kty": "AKP", "pub": "of another day"},
            ],
            "note": "kept",
        });
        let taken = ClientKeySet::parse(set.clone()).unwrap();
        assert_eq!(taken.as_value(), &set);
        assert_eq!(taken.keys().count(), 4);
    }

    #[test]
    fn what_is_no_set_of_public_keys_is_refused() {
        use ClientKeySetError::*;
        let mut private = rsa(2048);
        private["d"] = json!("AQ");
        for (keys, error) in [
            (json!([]), Count(0)),
            (json!(vec![rsa(2048); MAX_KEYS + 1]), Count(51)),
            (json!([rsa(2048), "key"]), NotAKey(2)),
            (json!([{"n": "AQ", "e": "AQAB"}]), NotAKey(1)),
            (json!([private]), Private(1, "d")),
            (json!([{"kty": "oct", "k": "AQ"}]), Private(1, "k")),
            (json!([rsa(1024)]), Weak(1)),
            (json!([{"kty": "RSA", "n": "AQ"}]), Member(1, "e")),
            (json!([{"kty": "RSA", "n": "A Q", "e": "AQAB"}]), Member(1, "n")),
            (json!([{"kty": "EC", "x": "AQ", "y": "Ag"}]), Member(1, "crv")),
            (json!([{"kty": "EC", "crv": "P-256", "x": "AQ"}]), Member(1, "y")),
            (json!([{"kty": "OKP", "crv": "Ed25519", "x": ""}]), Member(1, "x")),
        ] {
            assert_eq!(ClientKeySet::parse(json!({ "keys": keys })), Err(error), "{keys}");
        }
        for set in [json!(null), json!([]), json!({}), json!({"keys": {}})] {
            assert_eq!(ClientKeySet::parse(set), Err(NotASet));
        }
    }
}
