use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use postern_domain::meter::{Counter, Gauge, Histogram};

/// How changes are doing on this node.
#[derive(Debug, Default)]
pub struct Changes {
    /// How many wait for their turn or are being made.
    pub waiting: Gauge,
    /// How long a transaction took until it was on disk. On SQLite one carries many changes.
    pub commits: Histogram,
    /// How many transactions the database failed.
    pub failures: Counter,
    failing: AtomicBool,
}

impl Changes {
    /// A transaction is on disk.
    pub(crate) fn committed(&self, took: Duration) {
        self.commits.record(took);
        self.failing.store(false, Ordering::Release);
    }

    /// The database failed one.
    pub(crate) fn failed(&self) {
        self.failures.add_one();
        self.failing.store(true, Ordering::Release);
    }

    /// Whether the database failed the last transaction.
    pub fn are_failing(&self) -> bool {
        self.failing.load(Ordering::Acquire)
    }
}
