use std::collections::HashMap;
use std::mem;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use postern_domain::{InstanceRight, Lifetime, Network, Refusal, Timestamp};
use postern_storage::key_set_fetches::{self, KeySetFetch};

use super::{KeySet, KeyState};
use crate::{Actor, App};

/// How often what was gathered is written down.
const WRITTEN_EVERY: Duration = Duration::from_secs(5);
/// Most fetchers that are told apart between two times that it is written down.
const FETCHERS: usize = 1_000;
/// Most of them of one neighbourhood.
const NEIGHBOURS: usize = 100;
/// Longest name of a program.
const LONGEST: usize = 64;
/// How long ago somebody fetched at most who is waited for before a rotation.
const OF_LATE: Lifetime = Lifetime::days(1);

/// Who fetched the key set since that was last written down. Whoever fetches keys need not say who they are: what tells
/// them apart is the address and what the program calls itself.
#[derive(Default)]
pub(crate) struct Fetches(Mutex<Gathered>);

#[derive(Default)]
struct Gathered {
    seen: HashMap<Fetcher, Seen>,
    /// How many fetchers there are of each neighbourhood.
    neighbours: HashMap<IpAddr, usize>,
    /// Of those for whom there was no room.
    others: Option<Seen>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Fetcher {
    network: Network,
    program: String,
}

#[derive(Clone)]
struct Seen {
    first_at: Timestamp,
    last_at: Timestamp,
    fetches: u64,
    newest_key_at: Timestamp,
    kids: Arc<str>,
}

/// Somebody who has fetched the key set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFetcher {
    /// Their address, of IPv6 the network of 64 bits; `None` for those who were too many to tell apart.
    pub address: Option<String>,
    /// What the program calls itself, such as `curl/8.5.0`; may be empty.
    pub program: String,
    /// When they fetched it first.
    pub first_at: Timestamp,
    /// When they fetched it last.
    pub last_at: Timestamp,
    /// How often they did.
    pub fetches: u64,
    /// Whether the next keys were in it; `None` where nobody can say.
    pub has_next: Option<bool>,
}

impl KeyFetcher {
    /// Whether they fetched of late and do not have the next keys: what those sign they could not verify yet.
    pub fn is_behind(&self, now: Timestamp) -> bool {
        self.has_next == Some(false) && self.last_at >= now.minus(OF_LATE)
    }
}

/// Notes that somebody fetched this key set, or heard that what they have is still it.
pub fn note_fetch(app: &App, address: IpAddr, user_agent: &str, set: &KeySet) {
    let now = app.clock.now();
    let fetcher = Fetcher { network: network(address), program: program(user_agent) };
    let seen =
        Seen { first_at: now, last_at: now, fetches: 1, newest_key_at: set.newest_at(), kids: set.kids() };
    app.key_fetches.gathered(|gathered| gathered.add(fetcher, seen));
}

/// Writes down who fetched, again and again until `stop`, and then what is left.
pub async fn write_fetches(app: &App, stop: impl Future<Output = ()>) {
    let mut stop = pin!(stop);
    let mut failed = false;
    loop {
        let stops = tokio::select! {
            () = &mut stop => true,
            () = tokio::time::sleep(WRITTEN_EVERY) => false,
        };
        let outcome = flush_fetches(app).await;
        match &outcome {
            Err(refusal) if !failed || stops => {
                tracing::warn!(?refusal, "who fetched the keys cannot be written down");
            }
            _ => {}
        }
        failed = outcome.is_err();
        if stops {
            return;
        }
    }
}

/// Writes down who fetched since the last time.
///
/// # Errors
/// `temporarily_unavailable` or `server_error` if the database fails; it is kept for the next time then.
pub async fn flush_fetches(app: &App) -> Result<(), Refusal> {
    let gathered = app.key_fetches.gathered(mem::take);
    if gathered.is_empty() {
        return Ok(());
    }
    let rows = gathered.rows();
    let written = app.db.write(rows, |tx, rows| {
        Box::pin(async move { Ok::<_, Refusal>(key_set_fetches::add(tx, rows).await?) })
    });
    let outcome = written.await;
    if outcome.is_err() {
        app.key_fetches.gathered(|now| now.add_all(gathered));
    }
    outcome
}

/// Who has fetched the key set, those that fetched last first. What was fetched in the last seconds may be missing.
///
/// # Errors
/// `insufficient_scope` without `instance:admin`; `server_error` or `temporarily_unavailable` if the database fails.
pub async fn fetchers(app: &App, actor: &Actor) -> Result<Vec<KeyFetcher>, Refusal> {
    actor.needs_right(InstanceRight::InstanceAdmin)?;
    let (set, now) = (app.signing_keys().await?, app.clock.now());
    let next = set.keys().iter().filter(|key| key.state(now) == KeyState::Next);
    let next: Vec<&str> = next.map(|key| key.key.kid()).collect();
    let shown = |fetch: KeySetFetch| {
        let address = Some(fetch.address).filter(|address| !address.is_empty());
        let is_known = address.is_some() && !next.is_empty();
        let has = |kid: &&str| fetch.kids.split(' ').any(|seen| seen == *kid);
        KeyFetcher {
            has_next: is_known.then(|| next.iter().all(has)),
            address,
            program: fetch.program,
            first_at: fetch.first_at,
            last_at: fetch.last_at,
            fetches: fetch.fetches,
        }
    };
    Ok(key_set_fetches::list(&app.db).await?.into_iter().map(shown).collect())
}

impl Fetches {
    fn gathered<T>(&self, change: impl FnOnce(&mut Gathered) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Gathered {
    fn is_empty(&self) -> bool {
        self.seen.is_empty() && self.others.is_none()
    }

    fn add(&mut self, fetcher: Fetcher, seen: Seen) {
        if let Some(known) = self.seen.get_mut(&fetcher) {
            return known.add(seen);
        }
        let neighbourhood = neighbourhood(fetcher.network);
        let neighbours = self.neighbours.get(&neighbourhood).copied().unwrap_or_default();
        if self.seen.len() < FETCHERS && neighbours < NEIGHBOURS {
            self.neighbours.insert(neighbourhood, neighbours.saturating_add(1));
            self.seen.insert(fetcher, seen);
            return;
        }
        match &mut self.others {
            Some(others) => others.add(seen),
            None => self.others = Some(seen),
        }
    }

    fn add_all(&mut self, more: Self) {
        for (fetcher, seen) in more.seen {
            self.add(fetcher, seen);
        }
        match (&mut self.others, more.others) {
            (Some(others), Some(more)) => others.add(more),
            (others @ None, more) => *others = more,
            (Some(_), None) => {}
        }
    }

    fn rows(&self) -> Vec<KeySetFetch> {
        let row = |(fetcher, seen): (&Fetcher, &Seen)| KeySetFetch {
            address: fetcher.network.to_string(),
            program: fetcher.program.clone(),
            neighbourhood: neighbourhood(fetcher.network).to_string(),
            ..seen.row()
        };
        self.seen.iter().map(row).chain(self.others.iter().map(Seen::row)).collect()
    }
}

impl Seen {
    fn add(&mut self, other: Self) {
        self.first_at = self.first_at.min(other.first_at);
        self.last_at = self.last_at.max(other.last_at);
        self.fetches = self.fetches.saturating_add(other.fetches);
        if other.newest_key_at >= self.newest_key_at {
            (self.newest_key_at, self.kids) = (other.newest_key_at, other.kids);
        }
    }

    /// Of nobody who can be told apart.
    fn row(&self) -> KeySetFetch {
        KeySetFetch {
            address: String::new(),
            program: String::new(),
            neighbourhood: String::new(),
            first_at: self.first_at,
            last_at: self.last_at,
            fetches: self.fetches,
            newest_key_at: self.newest_key_at,
            kids: self.kids.to_string(),
        }
    }
}

/// What a program calls itself first: `curl/8.5.0`, `python-requests/2.31`.
fn program(user_agent: &str) -> String {
    user_agent.trim_start().chars().take_while(char::is_ascii_graphic).take(LONGEST).collect()
}

/// What one subscriber has, as the rate limits count; this machine is itself alone.
fn network(address: IpAddr) -> Network {
    match address.to_canonical() {
        own if own.is_loopback() => Network::around(own, 32, 128),
        other => Network::of_subscriber(other),
    }
}

/// The larger network that one who has many addresses has them of.
fn neighbourhood(network: Network) -> IpAddr {
    Network::around(network.address(), 24, 48).address()
}

#[cfg(test)]
mod tests;
