//! Budgets of tries: how often something may be guessed, or done, in a span of time. They are kept in the database, so
//! that all nodes share them.

use std::net::IpAddr;

use postern_domain::{Lifetime, Network, Refusal, Timestamp, TokenHash};
use postern_storage::budgets::{self, Allowance, Exhausted, Taken};
use postern_storage::{StorageError, Tx};

use crate::App;

/// One budget: whose it is, and how large.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    key: TokenHash,
    allowance: Allowance,
}

/// Why a try was not let through.
#[derive(Clone, Debug, PartialEq)]
pub enum NoTry {
    /// A budget is used up.
    Exhausted {
        /// Seconds until there is more; at least one.
        retry_after: i64,
    },
    /// The budget cannot be looked at.
    Refused(Refusal),
}

impl NoTry {
    /// The refusal: `told` says what there was too much of, and what to do until there may be another try.
    pub(crate) fn into_refusal(self, told: &str) -> Refusal {
        match self {
            Self::Exhausted { retry_after } => {
                let minutes = (retry_after / 60).max(1);
                Refusal::too_many_requests(format!("{told} try again in {minutes} minutes"))
                    .after(Lifetime::seconds(retry_after))
            }
            Self::Refused(refusal) => refusal,
        }
    }
}

impl Budget {
    /// The budget that `whose` has for `purpose`. Neither is stored: only a keyed hash of both.
    pub fn new(app: &App, purpose: &str, whose: &[u8], limit: u32, window: Lifetime) -> Self {
        let key = TokenHash(app.secret_key.mark(&format!("budget {purpose}"), whose));
        Self { key, allowance: Allowance { limit, window } }
    }

    /// The same for an address: of IPv6 the first 64 bits, which is what one subscriber has.
    pub fn of_address(app: &App, purpose: &str, address: IpAddr, limit: u32, window: Lifetime) -> Self {
        Self::new(app, purpose, &network(address), limit, window)
    }
}

/// The bytes of what one subscriber has, without those of an IPv6 address that are none of the network's.
pub(crate) fn network(address: IpAddr) -> Vec<u8> {
    match Network::of_subscriber(address).address() {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => (address.to_bits() >> 64).to_be_bytes().to_vec(),
    }
}

/// Refuses what [`take`] would refuse, without counting: so that those who are past their budget do not wait in line.
///
/// # Errors
/// [`NoTry`] if any of the budgets is used up.
pub async fn check(app: &App, of: &[Budget]) -> Result<(), NoTry> {
    let now = app.clock.now();
    for budget in of {
        let looked = budgets::exhausted(&app.db, budget.key, budget.allowance, now).await;
        if let Some(exhausted) = looked.map_err(|error| NoTry::Refused(error.into()))? {
            return Err(no_try(exhausted, now));
        }
    }
    Ok(())
}

/// Counts a try against every one of the budgets, or, if one of them is used up, against none.
///
/// # Errors
/// [`NoTry`] if one of the budgets is used up.
pub async fn take(app: &App, of: Vec<Budget>) -> Result<Vec<Taken>, NoTry> {
    let now = app.clock.now();
    let outcome: Result<_, Refusal> = app
        .db
        .write((of, now), |tx, (of, now)| {
            Box::pin(async move {
                let mut taken = Vec::with_capacity(of.len());
                for budget in of {
                    match budgets::take(tx, budget.key, budget.allowance, *now).await? {
                        Ok(one) => taken.push(one),
                        Err(exhausted) => {
                            for one in &taken {
                                budgets::give_back(tx, one).await?;
                            }
                            return Ok(Err(exhausted));
                        }
                    }
                }
                Ok(Ok(taken))
            })
        })
        .await;
    outcome.map_err(NoTry::Refused)?.map_err(|exhausted| no_try(exhausted, now))
}

/// Counts something against a budget in the change that it is. Answers `false` if the budget is used up.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub(crate) async fn spend(tx: &Tx, of: &Budget, now: Timestamp) -> Result<bool, StorageError> {
    Ok(budgets::take(tx, of.key, of.allowance, now).await?.is_ok())
}

/// Un-counts tries, because success never counts.
///
/// # Errors
/// [`Refusal`] if the database fails; the tries stay counted then.
pub async fn give_back(app: &App, taken: Vec<Taken>) -> Result<(), Refusal> {
    app.db
        .write(taken, |tx, taken| {
            Box::pin(async move {
                for taken in taken {
                    budgets::give_back(tx, taken).await?;
                }
                Ok(())
            })
        })
        .await
}

fn no_try(exhausted: Exhausted, now: Timestamp) -> NoTry {
    NoTry::Exhausted { retry_after: exhausted.until.seconds_since(now).max(1) }
}
