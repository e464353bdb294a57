//! How often a client may fail to prove who it is.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use postern_domain::{Client, Lifetime, Refusal, Timestamp, TokenHash};
use postern_storage::budgets::{self, Allowance, Exhausted, Taken};
use postern_storage::{Epochs, Freshness};
use uuid::Uuid;

use crate::App;
use crate::budget::network;

/// The span of the budgets.
const WINDOW: Lifetime = Lifetime::seconds(60);
/// Of how many senders this node remembers how their budget stands. What is forgotten is read again.
const MOST: usize = 16_384;

/// What this node knows of the budgets of those who authenticate: for each a gate that one at a time passes.
#[derive(Default)]
pub(crate) struct Guesses {
    gates: Mutex<HashMap<TokenHash, Arc<Gate>>>,
}

type Gate = tokio::sync::Mutex<Known>;

/// What is known of one budget.
#[derive(Clone, Copy, Debug, Default)]
enum Known {
    #[default]
    Nothing,
    /// Nobody had failed when the database was asked.
    Unused(Freshness),
    /// Somebody has, so that each try is counted before it is looked at. `ahead` are counted and left over from tries that
    /// were right; if it is negative, so many were looked at and are not counted yet.
    Counted { until: Timestamp, ahead: i32 },
    /// Nothing is left.
    UsedUp { until: Timestamp },
}

impl Guesses {
    fn gate(&self, key: TokenHash) -> Arc<Gate> {
        let mut gates = self.gates.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(gate) = gates.get(&key) {
            return Arc::clone(gate);
        }
        if gates.len() >= MOST {
            // Never one that somebody is at: two gates of one budget would let two pass at a time.
            gates.retain(|_, gate| Arc::strong_count(gate) > 1);
        }
        Arc::clone(gates.entry(key).or_default())
    }
}

/// How often one client may fail from one address. Those that are not registered have one budget together: names can
/// be made up without end.
pub(super) struct Budget {
    key: TokenHash,
    allowance: Allowance,
}

impl Budget {
    pub(super) fn new(app: &App, client: Option<&Client>, address: IpAddr) -> Self {
        let client = client.map_or(Uuid::nil(), |client| client.id.0);
        let whose = [client.as_bytes(), network(address).as_slice()].concat();
        Self {
            key: TokenHash(app.secret_key.mark("budget client authentication", &whose)),
            allowance: Allowance { limit: app.config.rate_limits.client_authentication, window: WINDOW },
        }
    }

    /// Looks at what was presented, if there is a try left for it. A right one costs no try, and none of those that
    /// come at the same time is refused because of another. While nobody fails, nothing is written.
    ///
    /// On one node it is exact: of any number of tries at once, as many wrong ones are looked at as the budget has, and
    /// what comes after the last of them is refused, right or wrong. One at a time passes the gate of its budget, and from
    /// the first failure on a try is counted in the database before it is looked at; the one that a right secret had counted
    /// is kept for the next, so right secrets write once.
    ///
    /// Among several nodes it is exact but for this: one that has seen no failure yet looks at a first try uncounted. If
    /// the others use up the budget in just that moment, or did so less than a second ago and it has not heard of it, that
    /// one try is beyond the limit: at most one for each further node. And a try that a node keeps for its next right
    /// secret is not there for the others, who may then refuse that much earlier.
    pub(super) async fn guess<T>(
        &self,
        app: &App,
        look: impl FnOnce() -> Result<T, &'static str>,
    ) -> Result<Result<T, &'static str>, Refusal> {
        let gate = app.guesses.gate(self.key);
        let mut known = gate.lock().await;
        let now = app.clock.now();
        if !self.holds(*known, app.db.epochs(), now) {
            *known = self.ask(app, now).await?;
        }
        if matches!(*known, Known::Unused(_)) {
            let looked = look();
            if looked.is_err() {
                // Owed from here on, also if the sender goes away before it is written.
                *known = Known::Counted { until: now.plus(WINDOW), ahead: -1 };
                self.count(app, &mut known, 0, now).await?;
            }
            return Ok(looked);
        }
        self.count(app, &mut known, 1, now).await?;
        let looked = look();
        if let (Err(_), Known::Counted { ahead, .. }) = (&looked, &mut *known) {
            *ahead -= 1;
        }
        Ok(looked)
    }

    /// What the memory of an unused budget rests on: the try that leaves nothing moves it. Others must not, or whoever
    /// fails on purpose would make the server forget what it knows of everybody else.
    fn epoch(&self) -> Uuid {
        let (id, _) = self.key.0.split_at(16);
        Uuid::from_slice(id).unwrap_or_default()
    }

    fn holds(&self, known: Known, epochs: &Epochs, now: Timestamp) -> bool {
        match known {
            Known::Nothing => false,
            Known::Unused(since) => epochs.holds(since, &[self.epoch()]),
            // One that ends later than any that began lately was made by a clock that ran ahead.
            Known::Counted { until, .. } | Known::UsedUp { until } => {
                until > now && until <= now.plus(WINDOW).plus(WINDOW)
            }
        }
    }

    async fn ask(&self, app: &App, now: Timestamp) -> Result<Known, Refusal> {
        let since = app.db.epochs().now();
        Ok(match budgets::used(&app.db, self.key, self.allowance, now).await? {
            None => Known::Unused(since),
            Some(used) if used.tries >= self.allowance.limit => Known::UsedUp { until: used.until },
            Some(used) => Known::Counted { until: used.until, ahead: 0 },
        })
    }

    /// Counts tries until `wanted` of them are ahead.
    async fn count(&self, app: &App, known: &mut Known, wanted: i32, now: Timestamp) -> Result<(), Refusal> {
        loop {
            match *known {
                Known::UsedUp { until } => return Err(too_many(until, now)),
                Known::Counted { ahead, .. } if ahead < wanted => {
                    *known = match self.take(app, now).await? {
                        Ok(taken) => Known::Counted { until: taken.window_ends_at(), ahead: ahead + 1 },
                        Err(exhausted) => Known::UsedUp { until: exhausted.until },
                    };
                }
                _ => return Ok(()),
            }
        }
    }

    async fn take(&self, app: &App, now: Timestamp) -> Result<Result<Taken, Exhausted>, Refusal> {
        let input = (self.key, self.allowance, self.epoch());
        app.db
            .write(input, move |tx, (key, allowance, epoch)| {
                Box::pin(async move {
                    let taken = budgets::take(tx, *key, *allowance, now).await?;
                    if taken.as_ref().map_or(true, Taken::is_last) {
                        tx.invalidate(*epoch);
                    }
                    Ok(taken)
                })
            })
            .await
    }
}

fn too_many(until: Timestamp, now: Timestamp) -> Refusal {
    let wait = Lifetime::seconds(until.seconds_since(now).max(1));
    Refusal::too_many_requests(format!("client authentication failed too often; try again in {wait}"))
        .after(wait)
}
