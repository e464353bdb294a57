use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use postern_domain::{ClientKeySet, Lifetime, Timestamp, WebUrl};

use crate::App;

/// How long fetched keys are believed without asking again.
const FRESH: Lifetime = Lifetime::seconds(10 * 60);
/// How long at least between two requests to the same address, whatever a JWT says or the last answer was.
const BETWEEN: Lifetime = Lifetime::seconds(30);
/// How long keys go on when their address does not answer.
const STALE: Lifetime = Lifetime::days(1);
/// Of how many addresses the keys are remembered.
const MOST: usize = 2_000;

/// The keys that were found at `jwks_uri`s.
#[derive(Default)]
pub(crate) struct FetchedKeys(Mutex<HashMap<String, Arc<tokio::sync::Mutex<Fetched>>>>);

#[derive(Default)]
struct Fetched {
    keys: Option<(Arc<ClientKeySet>, Timestamp)>,
    tried_at: Option<Timestamp>,
}

impl FetchedKeys {
    /// The keys at an address. They are fetched again when they are old, or when none of them `fits`: the client may have
    /// a new one. One request at a time asks; the error is a sentence for the client's developer.
    pub(crate) async fn get(
        &self,
        app: &App,
        address: &WebUrl,
        fits: impl Fn(&ClientKeySet) -> bool,
    ) -> Result<Arc<ClientKeySet>, &'static str> {
        let entry = self.entry(address.as_str());
        let mut entry = entry.lock().await;
        let now = app.clock.now();
        let within = |at: Timestamp, span: Lifetime| now.seconds_since(at) < span.as_seconds();
        if let Some((keys, at)) = &entry.keys
            && within(*at, FRESH)
            && fits(keys)
        {
            return Ok(Arc::clone(keys));
        }
        if entry.tried_at.is_none_or(|at| !within(at, BETWEEN)) {
            entry.tried_at = Some(now);
            if let Some(keys) = fetch(app, address).await {
                entry.keys = Some((Arc::new(keys), now));
            }
        }
        match &entry.keys {
            Some((keys, at)) if within(*at, STALE) => Ok(Arc::clone(keys)),
            _ => Err(
                "the keys at the client's jwks_uri cannot be had: it must be an https URL at a public address (or \
                      one of outbound.allow) that answers 200 with a JWK Set of public keys",
            ),
        }
    }

    fn entry(&self, address: &str) -> Arc<tokio::sync::Mutex<Fetched>> {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = entries.get(address) {
            return Arc::clone(entry);
        }
        if entries.len() >= MOST {
            // Never one that somebody is at: two would ask the same address at once.
            entries.retain(|_, entry| Arc::strong_count(entry) > 1);
        }
        Arc::clone(entries.entry(address.to_owned()).or_default())
    }
}

async fn fetch(app: &App, address: &WebUrl) -> Option<ClientKeySet> {
    let bytes = app.outbound.get(address.as_str()).await.ok()?;
    let parsed = serde_json::from_slice(&bytes).map_err(|error| error.to_string());
    let keys = parsed.and_then(|value| ClientKeySet::parse(value).map_err(|error| error.to_string()));
    keys.inspect_err(|error| tracing::warn!("a client's jwks_uri answers no keys: {error}")).ok()
}
