//! Keeps a number of virtual users busy for a while and counts what they got done.

use std::time::{Duration, Instant};

use anyhow::ensure;
use futures_util::{StreamExt as _, stream::FuturesUnordered};

use crate::{options::Options, process::Process};

/// What came of one scenario.
#[derive(Clone, Debug)]
pub(crate) struct Measured {
    /// Operations a second.
    pub(crate) rate: f64,
    /// The median and the 99th percentile of an operation's time.
    pub(crate) p50: Duration,
    pub(crate) p99: Duration,
    /// The server's CPU time for one operation, and its database's, where that is another process.
    pub(crate) server_cpu: Duration,
    pub(crate) database_cpu: Option<Duration>,
    /// The share of a core the load itself took: near 1, it was the limit.
    pub(crate) load_share: f64,
}

/// Who is watched while the load runs.
#[derive(Clone, Copy)]
pub(crate) struct Watched {
    pub(crate) server: Process,
    pub(crate) database: Option<Process>,
}

impl Watched {
    fn cpu(self) -> anyhow::Result<(Duration, Option<Duration>, Duration)> {
        Ok((self.server.cpu()?, self.database.map(Process::cpu).transpose()?, Process::own().own_cpu()?))
    }
}

/// Lets every user repeat `operation`, first to warm up, then on the clock.
///
/// An operation that fails ends the measurement: a rate with errors in it says nothing.
pub(crate) async fn run<U>(
    options: &Options,
    watched: Watched,
    users: &mut [U],
    operation: impl AsyncFn(&mut U) -> anyhow::Result<()>,
) -> anyhow::Result<Measured> {
    repeat(users, options.warm_up, &operation).await?;
    let before = watched.cpu()?;
    let begin = Instant::now();
    let mut times = repeat(users, options.duration, &operation).await?;
    let elapsed = begin.elapsed();
    let after = watched.cpu()?;
    ensure!(!times.is_empty(), "no operation was done in time");
    times.sort_unstable();
    let count = u32::try_from(times.len())?;
    let at = |share: f64| times.get((f64::from(count - 1) * share) as usize).copied().unwrap_or_default();
    Ok(Measured {
        rate: f64::from(count) / elapsed.as_secs_f64(),
        p50: at(0.5),
        p99: at(0.99),
        server_cpu: (after.0 - before.0) / count,
        database_cpu: after.1.zip(before.1).map(|(after, before)| (after - before) / count),
        load_share: (after.2 - before.2).as_secs_f64() / elapsed.as_secs_f64(),
    })
}

async fn repeat<U>(
    users: &mut [U],
    time: Duration,
    operation: &impl AsyncFn(&mut U) -> anyhow::Result<()>,
) -> anyhow::Result<Vec<Duration>> {
    let end = Instant::now() + time;
    let one = async |user: &mut U| {
        let mut times = Vec::new();
        while Instant::now() < end {
            let begin = Instant::now();
            operation(user).await?;
            times.push(begin.elapsed());
        }
        anyhow::Ok(times)
    };
    let mut running: FuturesUnordered<_> = users.iter_mut().map(one).collect();
    let mut all = Vec::new();
    while let Some(times) = running.next().await {
        all.append(&mut times?);
    }
    Ok(all)
}
