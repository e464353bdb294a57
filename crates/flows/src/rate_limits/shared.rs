use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, RedisError, Script};
use tokio::sync::OnceCell;

use super::bucket::Bucket;
use super::local::{Level, interval};

/// Longest that a call waits for Redis before it is counted here.
const PATIENCE: Duration = Duration::from_millis(250);
/// How long Redis is left alone after it failed.
const REST: Duration = Duration::from_secs(1);

/// The generic cell rate algorithm, on the clock of the server that all nodes share. All times are in microseconds.
/// `KEYS[1]` keeps when the bucket is full again, and goes by itself at that time.
const TAKE: &str = r"
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local interval = tonumber(ARGV[1])
local most = tonumber(ARGV[2])
local full = tonumber(redis.call('GET', KEYS[1]) or now)
if full < now then full = now end
local earliest = full + interval - most * interval
if now < earliest then return {0, 0, earliest - now, full - now} end
full = full + interval
redis.call('SET', KEYS[1], string.format('%.0f', full), 'PX', math.ceil((full - now) / 1000))
return {1, math.floor((most * interval - (full - now)) / interval), 0, full - now}
";

/// The buckets that several nodes share, in Redis or Valkey.
pub(super) struct Shared {
    client: Client,
    connection: OnceCell<ConnectionManager>,
    take: Script,
    /// Since when it is left alone, if it is.
    failed: Mutex<Option<Instant>>,
    /// Whether the log says that it is away.
    is_away: AtomicBool,
}

/// Whether a text is the address of a Redis server, as in `redis://127.0.0.1:6379/0`.
///
/// # Errors
/// What is wrong with it.
pub fn check_url(url: &str) -> Result<(), String> {
    Client::open(url).map(|_| ()).map_err(|error| error.to_string())
}

impl Shared {
    /// The buckets at `url`. Whether somebody answers there is found out by the first call.
    pub(super) fn open(url: &str) -> Result<Self, RedisError> {
        Ok(Self {
            client: Client::open(url)?,
            connection: OnceCell::new(),
            take: Script::new(TAKE),
            failed: Mutex::new(None),
            is_away: AtomicBool::new(false),
        })
    }

    /// Takes one call from a bucket; `None` while Redis is away. The log says so once when it goes, and once when it is
    /// back.
    pub(super) async fn take(&self, name: &str, bucket: &Bucket) -> Option<Level> {
        if self.rests() {
            return None;
        }
        match tokio::time::timeout(PATIENCE, self.try_take(name, bucket)).await {
            Ok(Ok(level)) => {
                if self.is_away.swap(false, Ordering::Relaxed) {
                    tracing::info!("Redis is back: API calls are counted for all nodes together again");
                }
                Some(level)
            }
            Ok(Err(error)) => self.fail(&error.to_string()),
            Err(_) => self.fail("it does not answer"),
        }
    }

    async fn try_take(&self, name: &str, bucket: &Bucket) -> Result<Level, RedisError> {
        let config = ConnectionManagerConfig::new()
            .set_number_of_retries(1)
            .set_connection_timeout(Some(PATIENCE))
            .set_response_timeout(Some(PATIENCE));
        let connect = async || ConnectionManager::new_lazy_with_config(self.client.clone(), config);
        let mut connection = self.connection.get_or_try_init(connect).await?.clone();
        let interval = u64::try_from(interval(bucket.rate).as_micros()).unwrap_or(u64::MAX).max(1);
        let mut call = self.take.key(format!("postern:rate:{name}"));
        call.arg(interval).arg(bucket.rate.requests().get());
        let (taken, remaining, wait, full_in): (u8, u32, u64, u64) =
            call.invoke_async(&mut connection).await?;
        Ok(Level {
            remaining,
            full_in: Duration::from_micros(full_in),
            wait: (taken == 0).then(|| Duration::from_micros(wait)),
        })
    }

    fn rests(&self) -> bool {
        let failed = self.failed.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        failed.is_some_and(|at| at.elapsed() < REST)
    }

    fn fail(&self, reason: &str) -> Option<Level> {
        *self.failed.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(Instant::now());
        if !self.is_away.swap(true, Ordering::Relaxed) {
            tracing::warn!(reason, "Redis is away: each node counts API calls by itself until it is back");
        }
        None
    }
}
