use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use postern_domain::Refusal;
use postern_domain::audit::Call;
use tokio::sync::Notify;

use super::chain::Chain;
use super::id::LastId;
use super::settings::{AuditSettings, WhenUnwritable};

/// Most calls that wait to be written down.
const MOST: usize = 10_000;
/// With so many waiting, calls in progress may find no room: whoever wants none unwritten has to stop before.
const NEARLY_FULL: usize = 9_000;
/// Most calls that are written down at once.
pub(super) const BATCH: usize = 500;
/// How long a call waits for others to be written down with.
const GATHER: Duration = Duration::from_millis(200);

/// What is still to be written down.
pub struct Audit {
    enabled: bool,
    when_unwritable: WhenUnwritable,
    waiting: Mutex<VecDeque<Call>>,
    enough: Notify,
    lost: AtomicU64,
    failing: AtomicBool,
    pub(super) last_id: LastId,
    pub(super) chain: tokio::sync::Mutex<Chain>,
}

impl Audit {
    pub(crate) fn new(settings: &AuditSettings) -> Self {
        Self {
            enabled: settings.enabled,
            when_unwritable: settings.when_unwritable,
            waiting: Mutex::default(),
            enough: Notify::new(),
            lost: AtomicU64::new(0),
            failing: AtomicBool::new(false),
            last_id: LastId::default(),
            chain: tokio::sync::Mutex::default(),
        }
    }

    /// Whether calls are written down at all.
    pub const fn is_enabled(&self) -> bool {
        self.enabled
    }

    /// Has a call written down, soon. It never waits; what finds no room is counted.
    pub fn call(&self, call: Call) {
        if !self.enabled {
            return;
        }
        let mut waiting = self.waiting();
        if waiting.len() >= MOST {
            drop(waiting);
            self.lost.fetch_add(1, Ordering::Relaxed);
            return;
        }
        waiting.push_back(call);
        if waiting.len() >= BATCH {
            self.enough.notify_one();
        }
    }

    /// That a call may pass: it can be written down, or need not be.
    ///
    /// # Errors
    /// `temporarily_unavailable` while it cannot and `audit.when_unwritable` is `refuse`.
    pub fn ready(&self) -> Result<(), Refusal> {
        if !self.enabled || self.when_unwritable == WhenUnwritable::Count {
            return Ok(());
        }
        if self.failing.load(Ordering::Acquire) || self.waiting().len() >= NEARLY_FULL {
            return Err(Refusal::temporarily_unavailable(
                "calls cannot be written down right now, and this server takes none that are not \
                 (audit.when_unwritable); try again in a moment",
            ));
        }
        Ok(())
    }

    /// Waits until enough calls wait, or for as long as a call may.
    pub(super) async fn gathered(&self) {
        let _either_will_do = tokio::time::timeout(GATHER, self.enough.notified()).await;
    }

    /// How many calls wait.
    pub(crate) fn waiting_count(&self) -> usize {
        self.waiting().len()
    }

    /// The next calls to write down.
    pub(super) fn next_batch(&self) -> Vec<Call> {
        let mut waiting = self.waiting();
        let count = waiting.len().min(BATCH);
        waiting.drain(..count).collect()
    }

    /// How many calls found no room since this was last asked.
    pub(super) fn take_lost(&self) -> u64 {
        self.lost.swap(0, Ordering::AcqRel)
    }

    /// Counts calls that found no room, once more.
    pub(super) fn put_back_lost(&self, count: u64) {
        self.lost.fetch_add(count, Ordering::AcqRel);
    }

    /// Whether the last try to write anything down failed.
    pub(super) fn set_failing(&self, failing: bool) {
        self.failing.store(failing, Ordering::Release);
    }

    fn waiting(&self) -> MutexGuard<'_, VecDeque<Call>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
