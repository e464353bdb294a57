//! Whether a node can do its work, for what stands in front of it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use postern_domain::meter::Gauge;
use tokio::sync::Mutex;

use crate::App;

/// How long an answer of the database is good for: anybody may ask, and none of them makes it work more than that.
const GOOD_FOR: Duration = Duration::from_millis(500);
/// Longest that the database may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// How a node is.
#[derive(Debug, Default)]
pub struct Health {
    /// The connections there are.
    pub connections: Gauge,
    stopping: AtomicBool,
    looked: Mutex<Option<Looked>>,
}

#[derive(Debug)]
struct Looked {
    at: Instant,
    problem: Option<&'static str>,
}

impl Health {
    /// Says that the node is about to end.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
    }

    /// Whether it is.
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }
}

/// Why this node should get no requests, in words; nothing if it should.
pub async fn problems(app: &App) -> Vec<&'static str> {
    let stopping = app.health.is_stopping().then_some("the server is about to end");
    let changes = (!app.db.is_changeable()).then_some("changes cannot be written");
    [stopping, database(app).await, changes].into_iter().flatten().collect()
}

/// What is wrong with the database. Of those who ask at once, one looks.
async fn database(app: &App) -> Option<&'static str> {
    let mut looked = app.health.looked.lock().await;
    if let Some(looked) = looked.as_ref().filter(|looked| looked.at.elapsed() < GOOD_FOR) {
        return looked.problem;
    }
    let problem = match tokio::time::timeout(PATIENCE, app.db.pending_migrations()).await {
        Ok(Ok(0)) => None,
        Ok(Ok(_)) => Some("the database is not brought up to date"),
        Ok(Err(error)) => {
            tracing::warn!(%error, "the database cannot be asked whether it is up to date");
            Some("the database cannot be reached")
        }
        Err(_) => Some("the database does not answer in time"),
    };
    *looked = Some(Looked { at: Instant::now(), problem });
    problem
}
