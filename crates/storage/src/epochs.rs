use std::array;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use uuid::Uuid;

/// How many counters there are. An id belongs to one of them for good.
const SLOTS: usize = 256;
/// How old the last look at the database may be before nothing cached is believed.
const TRUSTED_FOR: Duration = Duration::from_secs(1);

/// The counter an id belongs to: the last byte of a version 7 UUID is random.
pub(crate) fn slot_of(id: Uuid) -> usize {
    usize::from(id.as_bytes().iter().fold(0_u8, |mixed, byte| mixed.rotate_left(1) ^ byte))
}

/// The counters of some ids, however many those are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slots([u64; 4]);

impl Slots {
    pub(crate) fn of(ids: &[Uuid]) -> Self {
        let mut words = [0_u64; 4];
        for slot in ids.iter().map(|id| slot_of(*id)) {
            if let Some(word) = words.get_mut(slot / 64) {
                *word |= 1 << (slot % 64);
            }
        }
        Self(words)
    }

    fn iter(&self) -> impl Iterator<Item = usize> {
        let is_in = |slot: &usize| self.0.get(slot / 64).is_some_and(|word| word >> (slot % 64) & 1 == 1);
        // Whole words are passed over: most of them are empty.
        let words = self.0.iter().enumerate().filter(|(_, word)| **word != 0);
        words.flat_map(|(at, _)| at * 64..(at + 1) * 64).filter(is_in)
    }
}

/// What keeps caches honest. Whatever narrows what an id may do raises its counter in the same transaction; every node
/// looks at the counters several times a second. A cached verdict is good only while no counter of its inputs has moved
/// since before it was read, and while the last look is younger than a second.
pub struct Epochs {
    sequence: AtomicU64,
    moved_at: [AtomicU64; SLOTS],
    seen: Mutex<[i64; SLOTS]>,
    started: Instant,
    looked_at: AtomicU64,
}

/// A moment before a verdict was read. The verdict holds while nothing that it rests on has moved since. Of two, the later
/// one is the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Freshness(u64);

impl Epochs {
    pub(crate) fn new() -> Self {
        Self {
            sequence: AtomicU64::new(0),
            moved_at: array::from_fn(|_| AtomicU64::new(0)),
            seen: Mutex::new([0; SLOTS]),
            started: Instant::now(),
            looked_at: AtomicU64::new(0),
        }
    }

    /// The present moment: to be taken before reading what is to be cached.
    pub fn now(&self) -> Freshness {
        Freshness(self.sequence.load(Ordering::SeqCst))
    }

    /// Whether a verdict that was read after `since` and rests on `inputs` still holds.
    pub fn holds(&self, since: Freshness, inputs: &[Uuid]) -> bool {
        self.hold(since, &Slots::of(inputs))
    }

    /// The same for the counters of what a verdict rests on.
    pub(crate) fn hold(&self, since: Freshness, inputs: &Slots) -> bool {
        let has_not_moved = |slot: usize| {
            self.moved_at.get(slot).is_some_and(|moved| moved.load(Ordering::SeqCst) <= since.0)
        };
        self.is_trusted() && inputs.iter().all(has_not_moved)
    }

    /// Forgets every verdict that rests on an id of these counters.
    pub(crate) fn advance(&self, slots: &BTreeSet<usize>) {
        if slots.is_empty() {
            return;
        }
        let now = self.sequence.fetch_add(1, Ordering::SeqCst) + 1;
        for moved in slots.iter().filter_map(|slot| self.moved_at.get(*slot)) {
            moved.store(now, Ordering::SeqCst);
        }
    }

    /// Takes note of what the database says, read at or after `asked_at`.
    pub(crate) fn observe(&self, rows: &[(i64, i64)], asked_at: Instant) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let mut moved = BTreeSet::new();
        for (slot, value) in rows {
            let Ok(slot) = usize::try_from(*slot) else { continue };
            if let Some(known) = seen.get_mut(slot)
                && *known != *value
            {
                *known = *value;
                moved.insert(slot);
            }
        }
        self.advance(&moved);
        drop(seen);
        self.looked_at.store(self.millis(asked_at), Ordering::SeqCst);
    }

    fn is_trusted(&self) -> bool {
        let looked_at = self.looked_at.load(Ordering::SeqCst);
        let age = self.millis(Instant::now()).saturating_sub(looked_at);
        looked_at > 0 && u128::from(age) < TRUSTED_FOR.as_millis()
    }

    fn millis(&self, at: Instant) -> u64 {
        u64::try_from(at.duration_since(self.started).as_millis()).unwrap_or(u64::MAX).saturating_add(1)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::testing::random_id;

    #[test]
    fn however_many_ids_there_are_each_has_its_counter() {
        for count in [0, 1, 5, 64, 1_000] {
            let ids: Vec<Uuid> = (0..count).map(|_| random_id()).collect();
            let expected: BTreeSet<usize> = ids.iter().map(|id| slot_of(*id)).collect();
            assert_eq!(Slots::of(&ids).iter().collect::<BTreeSet<_>>(), expected);
        }
    }
}
