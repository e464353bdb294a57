use std::hash::Hash;

use postern_domain::meter::Counter;
use quick_cache::sync::Cache as Bounded;
use uuid::Uuid;

use crate::epochs::Slots;
use crate::{Epochs, Freshness};

/// Verdicts kept in memory, each with all it rests on. Bounded; what is used least goes first.
pub struct Cache<K, V> {
    entries: Bounded<K, Entry<V>>,
    looks: Looks,
}

/// How often a cache was asked.
#[derive(Debug, Default)]
pub struct Looks {
    /// How often it knew.
    pub hits: Counter,
    /// How often it did not, or no longer believed what it knew.
    pub misses: Counter,
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
        Self { entries: Bounded::new(capacity), looks: Looks::default() }
    }

    /// A verdict that still holds.
    pub fn get<Q>(&self, epochs: &Epochs, key: &Q) -> Option<V>
    where
        Q: Hash + quick_cache::Equivalent<K> + ?Sized,
    {
        let entry = self.entries.get(key).filter(|entry| epochs.hold(entry.since, &entry.inputs));
        let counter = if entry.is_some() { &self.looks.hits } else { &self.looks.misses };
        counter.add_one();
        entry.map(|entry| entry.value)
    }

    /// How often it was asked.
    pub const fn looks(&self) -> &Looks {
        &self.looks
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
