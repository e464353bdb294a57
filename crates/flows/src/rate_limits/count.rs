use std::fmt::Write as _;
use std::time::Duration;

use governor::clock::DefaultClock;
use postern_domain::{Lifetime, Timestamp};

use super::Whose;
use super::bucket::{Bucket, Key};
use super::local::{Level, Local};
use super::shared::Shared;
use crate::{App, RateLimits, SecretKey};

/// What is left to a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// How many calls may come at once when the caller has rested.
    pub limit: u32,
    /// How many more may come now.
    pub remaining: u32,
    /// When all of them may come again.
    pub reset_at: Timestamp,
    /// If this call is one too many, how long to wait before the next one.
    pub retry_after: Option<Lifetime>,
}

/// All buckets: in this process and, where nodes share them, in Redis.
pub(crate) struct Counters {
    local: Local,
    shared: Option<Shared>,
}

impl Counters {
    pub(crate) fn new(rates: &RateLimits) -> Self {
        let shared = rates.redis_url.as_ref().and_then(|url| match Shared::open(url.reveal()) {
            Ok(shared) => Some(shared),
            Err(error) => {
                tracing::error!(%error, "rate_limits.redis_url cannot be used: each node counts by itself");
                None
            }
        });
        Self { local: Local::new(&rates.rates(), DefaultClock::default()), shared }
    }

    /// Forgets what need not be remembered.
    pub(crate) fn sweep(&self) {
        self.local.sweep();
    }

    async fn take(&self, key: &SecretKey, bucket: &Bucket) -> Option<Level> {
        if let Some(shared) = &self.shared
            && let Some(level) = shared.take(&name(key, bucket), bucket).await
        {
            return Some(level);
        }
        self.local.take(bucket)
    }
}

/// Counts a call, and says what is left; `None` if calls are not counted here.
pub async fn count(app: &App, whose: Whose) -> Option<Allowance> {
    if !app.config.rate_limits.enabled {
        return None;
    }
    let mut tightest: Option<Allowance> = None;
    for bucket in whose.buckets(&app.config.rate_limits) {
        let level = app.counters.take(&app.secret_key, &bucket).await?;
        let allowance = allowance(app.clock.now(), &bucket, level);
        if level.wait.is_some() {
            return Some(allowance);
        }
        if tightest.is_none_or(|known| allowance.remaining < known.remaining) {
            tightest = Some(allowance);
        }
    }
    tightest
}

fn allowance(now: Timestamp, bucket: &Bucket, level: Level) -> Allowance {
    Allowance {
        limit: bucket.rate.requests().get(),
        remaining: level.remaining,
        reset_at: now.plus(rounded_up(level.full_in)),
        retry_after: level.wait.map(|wait| rounded_up(wait).max(Lifetime::seconds(1))),
    }
}

/// In whole seconds; never too short.
fn rounded_up(span: Duration) -> Lifetime {
    let more = i64::from(span.subsec_nanos() > 0);
    Lifetime::seconds(i64::try_from(span.as_secs()).unwrap_or(i64::MAX).saturating_add(more))
}

/// What a bucket is called where others can read it: nothing that names anybody.
fn name(secret_key: &SecretKey, Bucket { key: Key(key), rate }: &Bucket) -> String {
    let mark = secret_key.mark("rate limit", key);
    let mut name = String::with_capacity(48);
    for byte in mark.iter().take(16) {
        let _never_fails = write!(name, "{byte:02x}");
    }
    // A bucket of another tier begins full.
    let _never_fails = write!(name, ":{rate}");
    name
}
