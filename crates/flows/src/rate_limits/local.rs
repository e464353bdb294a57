use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use postern_domain::Rate;

use super::bucket::{Bucket, Key};

/// After how many calls the buckets that are full again are forgotten: so there are never more of them than were used
/// since, and those that are not full.
const SWEEP_EVERY: u32 = 4_096;

type Limiter<C> = RateLimiter<Key, DashMapStateStore<Key>, C, StateInformationMiddleware>;

/// The buckets of this process alone.
pub(super) struct Local<C: Clock = DefaultClock> {
    clock: C,
    limiters: Vec<(Rate, Limiter<C>)>,
    calls: AtomicU32,
}

/// How full a bucket is after a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Level {
    /// How many more calls may come at once.
    pub(super) remaining: u32,
    /// When it is full again if nobody calls.
    pub(super) full_in: Duration,
    /// If the call was refused, when there may be another.
    pub(super) wait: Option<Duration>,
}

impl<C: Clock + Clone> Local<C> {
    pub(super) fn new(rates: &[Rate], clock: C) -> Self {
        let mut limiters: Vec<(Rate, Limiter<C>)> = Vec::new();
        for rate in rates {
            if limiters.iter().all(|(known, _)| known != rate) {
                let buckets = DashMapStateStore::default();
                limiters.push((*rate, RateLimiter::new(quota(*rate), buckets, clock.clone())));
            }
        }
        Self { clock, limiters, calls: AtomicU32::new(0) }
    }

    /// Takes one call from a bucket; `None` if nobody said that there are buckets of this rate.
    pub(super) fn take(&self, bucket: &Bucket) -> Option<Level> {
        if self.calls.fetch_add(1, Ordering::Relaxed) % SWEEP_EVERY == SWEEP_EVERY - 1 {
            self.sweep();
        }
        let (rate, limiter) = self.limiters.iter().find(|(rate, _)| *rate == bucket.rate)?;
        let (most, interval) = (rate.requests().get(), interval(*rate));
        Some(match limiter.check_key(&bucket.key) {
            Ok(state) => {
                let remaining = state.remaining_burst_capacity();
                Level { remaining, full_in: interval * (most - remaining.min(most)), wait: None }
            }
            Err(not_until) => {
                let wait = not_until.wait_time_from(self.clock.now());
                Level { remaining: 0, full_in: wait + interval * (most - 1), wait: Some(wait) }
            }
        })
    }

    /// Forgets the buckets that are full: a new one is the same.
    pub(super) fn sweep(&self) {
        for (_, limiter) in &self.limiters {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }

    /// How many buckets are remembered.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.limiters.iter().map(|(_, limiter)| limiter.len()).sum()
    }
}

/// The time in which one call is put back.
pub(super) fn interval(rate: Rate) -> Duration {
    let span = Duration::from_secs(u64::try_from(rate.span().as_seconds()).unwrap_or(1));
    span / rate.requests().get()
}

fn quota(rate: Rate) -> Quota {
    // A rate is at least one request in a span that is not zero, so there is always such a quota.
    Quota::with_period(interval(rate))
        .unwrap_or(Quota::per_second(rate.requests()))
        .allow_burst(rate.requests())
}
