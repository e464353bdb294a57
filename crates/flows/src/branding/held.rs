use std::sync::{Arc, PoisonError, RwLock};

use postern_domain::Refusal;
use postern_storage::Freshness;
use tokio::sync::Mutex;

use super::Brand;
use super::stored::{EPOCH, Stored};
use crate::{App, Config};

/// The looks in memory. What another node changes is seen within a second.
pub(crate) struct HeldBrand {
    held: RwLock<Held>,
    /// One look at the database at a time.
    reading: Mutex<()>,
}

#[derive(Clone)]
struct Held {
    brand: Arc<Brand>,
    /// Before the database was looked at; `None` until then.
    since: Option<Freshness>,
}

impl App {
    /// How the instance looks, as it was last seen. Whatever answers a request or sends a mail sees to it first, by
    /// [`see_brand`](Self::see_brand).
    pub fn brand(&self) -> Arc<Brand> {
        self.brand.held().brand
    }

    /// Looks how the instance looks now, if something changed since it was last seen. While the database is away, it looks
    /// as it did.
    pub async fn see_brand(&self) {
        if self.brand.is_fresh(self) {
            return;
        }
        // Somebody who looks already sees it for all: nobody waits in line behind a database that does not answer.
        let Ok(_turn) = self.brand.reading.try_lock() else { return };
        if let Err(refusal) = self.brand.read(self).await {
            tracing::debug!(?refusal, "what the console set of the looks could not be read");
        }
    }
}

impl HeldBrand {
    /// As the settings say, until the database is looked at.
    pub(crate) fn new(config: &Config) -> Self {
        let brand = Arc::new(Brand::new(config, Stored::default()));
        Self { held: RwLock::new(Held { brand, since: None }), reading: Mutex::default() }
    }

    fn held(&self) -> Held {
        self.held.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn is_fresh(&self, app: &App) -> bool {
        let since = self.held.read().unwrap_or_else(PoisonError::into_inner).since;
        since.is_some_and(|since| app.db.epochs().holds(since, &[EPOCH]))
    }

    /// Reads what is in the database, and answers it.
    pub(super) async fn read(&self, app: &App) -> Result<Arc<Brand>, Refusal> {
        let since = Some(app.db.epochs().now());
        let brand = Arc::new(Brand::new(&app.config, Stored::find(app).await?));
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        // Somebody who began to look later may have been faster.
        if held.since <= since {
            *held = Held { brand: Arc::clone(&brand), since };
        }
        Ok(brand)
    }
}
