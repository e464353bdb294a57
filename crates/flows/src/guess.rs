//! Checking a password somebody offers, within the budgets of guesses.

use postern_domain::{Plain, Refusal, UserId};
use postern_storage::{StorageError, passwords};
use uuid::Uuid;

use crate::App;
use crate::budget::{self, Budget, NoTry};
use crate::password::{self, LONGEST};

/// Why an offered password did not help.
#[derive(Clone, Debug, PartialEq)]
pub enum Denied {
    /// Who or what was offered is wrong. Which of the two is never said.
    Wrong,
    /// There were too many wrong tries.
    TooMany {
        /// Seconds until there may be another.
        retry_after: i64,
    },
    /// It could not be found out.
    Refused(Refusal),
}

impl From<NoTry> for Denied {
    fn from(no: NoTry) -> Self {
        match no {
            NoTry::Exhausted { retry_after } => Self::TooMany { retry_after },
            NoTry::Refused(refusal) => Self::Refused(refusal),
        }
    }
}

impl From<Refusal> for Denied {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<StorageError> for Denied {
    fn from(error: StorageError) -> Self {
        Self::Refused(error.into())
    }
}

/// Whether `offered` is the password of `user`, if there is such an account and it `may` be used. Every guess that is
/// looked at is counted first, and un-counted if it was right; the answer "wrong" takes the same time whatever the
/// reason. Answers the hash that matched.
///
/// # Errors
/// [`Denied`], also if the guess was not looked at because a budget is used up.
pub(crate) async fn password(
    app: &App,
    user: Option<UserId>,
    may: bool,
    offered: &Plain,
    budgets: Vec<Budget>,
) -> Result<String, Denied> {
    // How long a password is says nothing about the account: none is longer than this.
    if offered.reveal().chars().take(LONGEST + 1).count() > LONGEST {
        return Err(Denied::Wrong);
    }
    budget::check(app, &budgets).await?;
    let slot = app.hashing.slot().await?;
    // Counted with the slot in hand: those who wait in line do not use up the budget of those before them.
    let taken = budget::take(app, budgets).await?;
    let hash = passwords::find(&app.db, user.unwrap_or(UserId(Uuid::nil()))).await?;
    if !slot.verify(offered, hash.as_deref()).await? || !may {
        return Err(Denied::Wrong);
    }
    // Given back with the slot still in hand: as many as there are threads are counted at a time and no more, so that
    // right passwords sent at once do not use up the budget of one another.
    budget::give_back(app, taken).await?;
    drop(slot);
    let (Some(user), Some(mut hash)) = (user, hash) else { return Err(Denied::Wrong) };
    if password::is_outdated(&hash) {
        let new = app.hashing.slot().await?.hash(app, offered).await?;
        app.db
            .write((user, hash, new.clone()), |tx, (user, old, new)| {
                Box::pin(async move { Ok::<_, Refusal>(passwords::rehash(tx, *user, old, new).await?) })
            })
            .await?;
        hash = new;
    }
    Ok(hash)
}
