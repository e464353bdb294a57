use std::hash::Hash;

use quick_cache::sync::Cache as Bounded;
use uuid::Uuid;

use crate::epochs::Slots;
use crate::{Epochs, Freshness};

/// Verdicts kept in memory, each with all it rests on. Bounded; what is used least goes first.
pub struct Cache<K, V> {
    entries: Bounded<K, Entry<V>>,
}

#[derive(Clone)]
struct Entry<V> {
    value: V,
    since: Freshness,
    inputs: Slots,
}

impl<K: Eq + Hash + Clone, V: Clone> Cache<K, V> {
    /// An empty cache of at most `capacity` entries.
    pub fn new(capacity: usize) -> Self {
        Self { entries: Bounded::new(capacity) }
    }

    /// A verdict that still holds.
    pub fn get<Q>(&self, epochs: &Epochs, key: &Q) -> Option<V>
    where
        Q: Hash + quick_cache::Equivalent<K> + ?Sized,
    {
        let entry = self.entries.get(key)?;
        epochs.hold(entry.since, &entry.inputs).then_some(entry.value)
    }

    /// Keeps a verdict that was read after `since` and rests on `inputs`.
    pub fn insert(&self, key: K, value: V, since: Freshness, inputs: &[Uuid]) {
        self.entries.insert(key, Entry { value, since, inputs: Slots::of(inputs) });
    }

    /// Forgets one verdict on this node only.
    pub fn remove<Q>(&self, key: &Q)
    where
        Q: Hash + quick_cache::Equivalent<K> + ?Sized,
    {
        self.entries.remove(key);
    }
}
