use std::sync::Arc;

use postern_domain::{SigningAlgorithm, Timestamp};
use postern_storage::signing_keys::StoredKey;
use serde::Serialize;

use super::SigningKey;

/// The keys that are published, as they were when they were last looked at.
pub struct KeySet {
    keys: Vec<PublishedKey>,
    jwks: Arc<str>,
    kids: Arc<str>,
}

/// A key with its times.
#[derive(Clone, Debug)]
pub struct PublishedKey {
    /// The key itself.
    pub key: Arc<SigningKey>,
    /// When it was made and published.
    pub created_at: Timestamp,
    /// When it begins to sign, if that is settled.
    pub signs_from: Option<Timestamp>,
    /// When it stops signing, if that is settled.
    pub signs_until: Option<Timestamp>,
    /// When it is no longer published, if that is settled.
    pub removed_at: Option<Timestamp>,
}

/// Where a key is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    /// Published, so that everybody has it by the time it signs.
    Next,
    /// It signs.
    Current,
    /// It signs no more, but tokens it signed may still be alive.
    Retired,
}

impl PublishedKey {
    pub(super) fn new(key: Arc<SigningKey>, stored: &StoredKey) -> Self {
        Self {
            key,
            created_at: stored.created_at,
            signs_from: stored.signs_from,
            signs_until: stored.signs_until,
            removed_at: stored.removed_at,
        }
    }

    /// Where it is in its life at `now`.
    pub fn state(&self, now: Timestamp) -> KeyState {
        if self.signs_until.is_some_and(|until| until <= now) {
            KeyState::Retired
        } else if self.signs_from.is_some_and(|from| from <= now) {
            KeyState::Current
        } else {
            KeyState::Next
        }
    }
}

impl KeySet {
    pub(super) fn new(mut keys: Vec<PublishedKey>) -> Self {
        // Those who take the first key they find take one that signs, of the algorithm that everybody knows.
        let rank = |algorithm| SigningAlgorithm::ALL.iter().position(|known| *known == algorithm);
        keys.sort_by_key(|key| (rank(key.key.algorithm()), key.signs_from.map_or(i64::MAX, |from| from.0)));
        let documents: Vec<&str> = keys.iter().map(|published| published.key.public_jwk()).collect();
        let jwks = format!("{{\"keys\":[{}]}}", documents.join(",")).into();
        let kids: Vec<&str> = keys.iter().map(|published| published.key.kid()).collect();
        let kids = kids.join(" ").into();
        Self { keys, jwks, kids }
    }

    /// Every published key by algorithm, those that signed first at the front.
    pub fn keys(&self) -> &[PublishedKey] {
        &self.keys
    }

    /// The JWKS document (RFC 7517 section 5).
    pub fn jwks(&self) -> Arc<str> {
        Arc::clone(&self.jwks)
    }

    /// The `kid`s of all of them, with a space between two.
    pub fn kids(&self) -> Arc<str> {
        Arc::clone(&self.kids)
    }

    /// When the newest of them was made: of two sets the one with the later time is the newer one.
    pub fn newest_at(&self) -> Timestamp {
        self.keys.iter().map(|key| key.created_at).max().unwrap_or(Timestamp(0))
    }

    /// The key that signs with `algorithm` at `now`.
    pub fn signer(&self, algorithm: SigningAlgorithm, now: Timestamp) -> Option<&Arc<SigningKey>> {
        let current = self.of(algorithm).filter(|key| key.state(now) == KeyState::Current);
        current.max_by_key(|key| key.signs_from).map(|key| &key.key)
    }

    /// The published key with this `kid`.
    pub fn find(&self, kid: &str) -> Option<&Arc<SigningKey>> {
        self.keys.iter().map(|published| &published.key).find(|key| key.kid() == kid)
    }

    pub(super) fn of(&self, algorithm: SigningAlgorithm) -> impl Iterator<Item = &PublishedKey> {
        self.keys.iter().filter(move |published| published.key.algorithm() == algorithm)
    }

    /// Whether a key of the set has been published for long enough by `now`.
    pub(super) fn is_over(&self, now: Timestamp) -> bool {
        self.keys.iter().any(|key| key.removed_at.is_some_and(|removed_at| removed_at <= now))
    }
}
