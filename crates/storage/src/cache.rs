use std::hash::Hash;

use quick_cache::sync::Cache as Bounded;
use uuid::Uuid;

use crate::{Epochs, Freshness};

/// Verdicts kept in memory, each with all it rests on. Bounded; what is used least goes first.
pub struct Cache<K, V> {
    entries: Bounded<K, Entry<V>>,
}

#[derive(Clone)]
struct Entry<V> {
    value: V,
    since: Freshness,
    inputs: Inputs,
}

/// Most ids that a verdict rests on: of an organization's access token these are the token, its grant, the app, the person
/// and the organization.
const MOST: usize = 6;

/// The ids, in place.
type Inputs = [Option<Uuid>; MOST];

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
        let mut inputs = [Uuid::nil(); MOST];
        let mut count = 0;
        for (place, id) in inputs.iter_mut().zip(entry.inputs.iter().flatten()) {
            *place = *id;
            count += 1;
        }
        epochs.holds(entry.since, inputs.get(..count)?).then_some(entry.value)
    }

    /// Keeps a verdict that was read after `since` and rests on `inputs`, of which there are at most six.
    pub fn insert(&self, key: K, value: V, since: Freshness, inputs: &[Uuid]) {
        debug_assert!(inputs.len() <= MOST, "a verdict rests on six ids at most");
        let mut kept: Inputs = [None; MOST];
        for (place, id) in kept.iter_mut().zip(inputs) {
            *place = Some(*id);
        }
        if inputs.len() <= kept.len() {
            self.entries.insert(key, Entry { value, since, inputs: kept });
        }
    }

    /// Forgets one verdict on this node only.
    pub fn remove<Q>(&self, key: &Q)
    where
        Q: Hash + quick_cache::Equivalent<K> + ?Sized,
    {
        self.entries.remove(key);
    }
}
