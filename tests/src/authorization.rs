use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use url::{Url, form_urlencoded};

use crate::address::unique;

/// An authorization request (RFC 6749 section 4.1.1), with PKCE, `state` and `nonce` unless they are taken out.
#[derive(Clone, Debug)]
pub struct Authorization {
    params: Vec<(String, String)>,
    /// What the code is redeemed with, if a challenge was sent.
    pub verifier: Option<String>,
}

/// What an app got back at its redirect URI (RFC 6749 section 4.1.2).
#[derive(Clone, Debug)]
pub struct Callback {
    /// Where it came, without the query.
    pub at: String,
    /// The parameters.
    pub params: BTreeMap<String, String>,
}

/// A verifier of PKCE that nobody else has (RFC 7636 section 4.1).
pub(crate) fn verifier() -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(unique("verifier")))
}

/// The S256 challenge of a verifier (RFC 7636 section 4.2).
pub fn challenge(verifier: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

impl Authorization {
    pub(crate) fn new(client_id: &str, redirect_uri: &str, scope: &str) -> Self {
        let verifier = verifier();
        let pairs = [
            ("response_type", "code"),
            ("client_id", client_id),
            ("redirect_uri", redirect_uri),
            ("scope", scope),
            ("state", &unique("state")),
            ("nonce", &unique("nonce")),
            ("code_challenge", &challenge(&verifier)),
            ("code_challenge_method", "S256"),
        ];
        let params = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        Self { params, verifier: Some(verifier) }
    }

    /// The same with another value of a parameter, or with a further one.
    #[must_use]
    pub fn with(self, name: &str, value: &str) -> Self {
        let mut changed = self.without(name);
        changed.params.push((name.to_owned(), value.to_owned()));
        changed
    }

    /// The same with a parameter once more.
    #[must_use]
    pub fn and(mut self, name: &str, value: &str) -> Self {
        self.params.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same without a parameter.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.params.retain(|(known, _)| known != name);
        self
    }

    /// The same without PKCE.
    #[must_use]
    pub fn without_pkce(mut self) -> Self {
        self.verifier = None;
        self.without("code_challenge").without("code_challenge_method")
    }

    /// A parameter, empty where it is missing.
    pub fn get(&self, name: &str) -> &str {
        self.params.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The parameters.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.params
    }

    /// Path and query.
    pub fn target(&self) -> String {
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.params).finish();
        format!("/v1/oauth2/authorize?{query}")
    }
}

impl Callback {
    pub(crate) fn read(location: Url) -> Self {
        let params = location.query_pairs().into_owned().collect();
        let mut at = location;
        at.set_query(None);
        Self { at: at.into(), params }
    }

    /// A parameter, empty where it is missing.
    pub fn get(&self, name: &str) -> &str {
        self.params.get(name).map_or("", String::as_str)
    }

    /// The code.
    ///
    /// # Panics
    /// If there is none; shows what came instead.
    #[track_caller]
    pub fn code(&self) -> &str {
        self.params.get("code").unwrap_or_else(|| panic!("no code: {:?}", self.params))
    }
}
