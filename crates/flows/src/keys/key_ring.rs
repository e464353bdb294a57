use std::sync::{Arc, PoisonError, RwLock};

use postern_domain::{Refusal, SigningAlgorithm, Timestamp};
use postern_storage::signing_keys::{self, StoredKey};
use postern_storage::{Freshness, settings};
use tokio::sync::Mutex;

use super::make::{make, place};
use super::{KeySet, PublishedKey, SigningKey};
use crate::App;

/// The signing keys in memory. What another node changes is seen within a second.
#[derive(Default)]
pub struct KeyRing {
    held: RwLock<Option<Held>>,
    /// One look at the database at a time.
    reading: Mutex<()>,
}

#[derive(Clone)]
struct Held {
    set: Arc<KeySet>,
    since: Freshness,
}

impl App {
    /// The signing keys. On an instance that has none yet, they are made first.
    ///
    /// # Errors
    /// `temporarily_unavailable` or `server_error` if they cannot be read, opened or made.
    pub async fn signing_keys(&self) -> Result<Arc<KeySet>, Refusal> {
        let now = self.clock.now();
        if let Some(set) = self.keys.fresh(self, now) {
            return Ok(set);
        }
        let _turn = match (self.keys.reading.try_lock(), self.keys.held()) {
            (Ok(turn), _) => turn,
            // Somebody reads them already. What was held a moment ago signs and verifies as well, and nobody waits in
            // line behind a database that does not answer.
            (Err(_), Some(held)) => return Ok(held.set),
            (Err(_), None) => self.keys.reading.lock().await,
        };
        if let Some(set) = self.keys.fresh(self, now) {
            return Ok(set);
        }
        match self.keys.read_or_make(self, now).await {
            Ok(set) => Ok(set),
            // Keys do not go bad while the database is away: relying parties can still verify.
            Err(refusal) => self.keys.held().map(|held| held.set).ok_or(refusal),
        }
    }
}

impl KeyRing {
    fn held(&self) -> Option<Held> {
        self.held.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn fresh(&self, app: &App, now: Timestamp) -> Option<Arc<KeySet>> {
        let held = self.held()?;
        let fresh = app.db.epochs().holds(held.since, &[signing_keys::EPOCH]) && !held.set.is_over(now);
        fresh.then_some(held.set)
    }

    async fn read_or_make(&self, app: &App, now: Timestamp) -> Result<Arc<KeySet>, Refusal> {
        let set = self.read(app, now).await?;
        let none = |algorithm: &&SigningAlgorithm| set.of(**algorithm).next().is_none();
        let missing: Vec<_> = SigningAlgorithm::ALL.iter().filter(none).copied().collect();
        if missing.is_empty() {
            return Ok(set);
        }
        make_first(app, &missing, now).await?;
        self.read(app, now).await
    }

    async fn read(&self, app: &App, now: Timestamp) -> Result<Arc<KeySet>, Refusal> {
        let since = app.db.epochs().now();
        let before = self.held();
        let mut keys = Vec::new();
        for stored in signing_keys::list(&app.db, now).await? {
            let known = before.as_ref().and_then(|held| held.set.find(&stored.kid)).map(Arc::clone);
            let key = match known {
                Some(key) => key,
                None => Arc::new(open(app, &stored)?),
            };
            keys.push(PublishedKey::new(key, &stored));
        }
        let set = Arc::new(KeySet::new(keys));
        let held = Held { set: Arc::clone(&set), since };
        *self.held.write().unwrap_or_else(PoisonError::into_inner) = Some(held);
        Ok(set)
    }
}

fn open(app: &App, stored: &StoredKey) -> Result<SigningKey, Refusal> {
    let pkcs8 =
        app.secret_key.open(&place(&stored.kid), &stored.sealed_private_key).map_err(Refusal::because)?;
    SigningKey::parse(stored.algorithm, &pkcs8).map_err(Refusal::because)
}

/// Makes a current and a next key of each of `algorithms`. Of several nodes that start at once, one does.
async fn make_first(app: &App, algorithms: &[SigningAlgorithm], now: Timestamp) -> Result<(), Refusal> {
    let twice: Vec<_> = algorithms.iter().flat_map(|algorithm| [*algorithm; 2]).collect();
    let mut made = make(app, &twice, now).await?;
    for pair in made.chunks_mut(2) {
        if let Some(current) = pair.first_mut() {
            current.signs_from = Some(now);
        }
    }
    app.db
        .write(made, |tx, made| {
            Box::pin(async move {
                for pair in made.chunks(2) {
                    let Some(first) = pair.first() else { continue };
                    if settings::claim(tx, &first_key_setting(first.algorithm), &first.kid).await? {
                        signing_keys::insert_many(tx, pair).await?;
                    }
                }
                Ok::<_, Refusal>(())
            })
        })
        .await
}

/// The setting that says that an algorithm has had its first key.
fn first_key_setting(algorithm: SigningAlgorithm) -> String {
    format!("signing_keys.first.{algorithm}")
}
