//! Counting what happens, so cheaply that it can be done everywhere.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

/// How often something happened since the start.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// None so far.
    pub const fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    /// One more.
    pub fn add_one(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// How many there were.
    pub fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// How many of something there are.
#[derive(Debug, Default)]
pub struct Gauge(AtomicI64);

impl Gauge {
    /// One more for as long as the answer lives.
    pub fn one_more(&self) -> Held<'_> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Held(self)
    }

    /// How many there are.
    pub fn count(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// One that a [`Gauge`] counts.
#[derive(Debug)]
pub struct Held<'a>(&'a Gauge);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// How long something took, by upper bounds.
#[derive(Debug, Default)]
pub struct Histogram {
    buckets: [AtomicU64; Self::BOUNDS.len()],
    longer: AtomicU64,
    micros: AtomicU64,
}

impl Histogram {
    /// The upper bounds in microseconds, each part of its own bucket: from what a cache answers to what nobody waits for.
    pub const BOUNDS: [u64; 14] = [
        50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000,
        5_000_000,
    ];

    /// One that took so long.
    pub fn record(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let bucket = Self::BOUNDS.iter().position(|bound| micros <= *bound);
        bucket.and_then(|at| self.buckets.get(at)).unwrap_or(&self.longer).fetch_add(1, Ordering::Relaxed);
        self.micros.fetch_add(micros, Ordering::Relaxed);
    }

    /// For each bound how many took no longer, and last how many there were at all.
    pub fn cumulative(&self) -> Vec<u64> {
        let counts = self.buckets.iter().chain([&self.longer]).map(|count| count.load(Ordering::Relaxed));
        let add = |sum: &mut u64, count| {
            *sum += count;
            Some(*sum)
        };
        counts.scan(0, add).collect()
    }

    /// How long all of them took together.
    pub fn sum(&self) -> Duration {
        Duration::from_micros(self.micros.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_took_as_long_as_a_bound_is_within_it() {
        let histogram = Histogram::default();
        for micros in [0, 50, 51, 5_000_000, 5_000_001] {
            histogram.record(Duration::from_micros(micros));
        }
        let counted = histogram.cumulative();
        assert_eq!(counted.len(), Histogram::BOUNDS.len() + 1);
        assert_eq!((counted[0], counted[1], counted[13], counted[14]), (2, 3, 4, 5));
        assert_eq!(histogram.sum(), Duration::from_micros(10_000_102));
    }

    #[test]
    fn what_is_held_is_counted_until_it_goes() {
        let gauge = Gauge::default();
        let (one, two) = (gauge.one_more(), gauge.one_more());
        drop(one);
        assert_eq!(gauge.count(), 1);
        drop(two);
        assert_eq!(gauge.count(), 0);
    }
}
