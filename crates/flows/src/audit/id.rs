use std::sync::atomic::{AtomicU64, Ordering};

use postern_domain::Timestamp;
use postern_domain::audit::EventId;

use crate::App;

/// Bits in which the events of one second are counted.
const COUNT: u32 = 22;

/// The second of the last event, and how many there were before it.
#[derive(Default)]
pub(super) struct LastId(AtomicU64);

impl LastId {
    fn next(&self, second: u64) -> u64 {
        let next = |last: u64| if last >> COUNT == second { last.wrapping_add(1) } else { second << COUNT };
        let last = self.0.fetch_update(Ordering::AcqRel, Ordering::Acquire, |last| Some(next(last)));
        let (Ok(last) | Err(last)) = last;
        next(last) & ((1 << COUNT) - 1)
    }
}

impl App {
    /// The id of an event, which is also that of the request it is about. Those of one process order as they were made.
    pub fn new_event_id(&self, at: Timestamp) -> EventId {
        let mut random = [0; 8];
        self.rng.fill(&mut random);
        EventId::new(at, self.audit.last_id.next(u64::try_from(at.0).unwrap_or(0)), random)
    }
}
