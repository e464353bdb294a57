use postern_domain::audit::{Action, By};
use postern_domain::{Refusal, User};
use postern_storage::{authenticators, passkeys, passwords, sessions};

use super::required::Removal;
use crate::mail::{self, FactorChange};
use crate::users::acts;
use crate::{App, audit, notices};

/// Removes somebody's own authenticator app, and with the last second factor the recovery codes that stand in for it. Answers
/// whether the password alone is enough from now on.
///
/// # Errors
/// `not_found` if there is none; `conflict` that says who asks for it, if it is the last and has to stay.
pub async fn remove(app: &App, user: &User) -> Result<bool, Refusal> {
    take_away(app, user, By::user(user.id), FactorChange::Removed).await
}

/// Removes all second factors of an account whose owner has lost them, as `by` wants it, and signs it out everywhere. The
/// password alone is enough then.
///
/// # Errors
/// `not_found` if there is none.
pub async fn reset(app: &App, user: &User, by: By) -> Result<(), Refusal> {
    take_away(app, user, by, FactorChange::Reset).await.map(drop)
}

async fn take_away(app: &App, user: &User, by: By, change: FactorChange) -> Result<bool, Refusal> {
    let is_reset = change == FactorChange::Reset;
    let action = if is_reset { Action::USER_FACTORS_RESET } else { Action::USER_FACTOR_REMOVED };
    let act = acts::entry(app, by, action, user);
    let notice = notices::factor_changed(app, user, change)?;
    let removal = if is_reset { Removal::Reset } else { Removal::own(app, user) };
    let input = (user.id, app.clock.now(), act, notice);
    let was_last: Result<bool, Refusal> = app
        .db
        .write(input, move |tx, (user, now, act, notice)| {
            Box::pin(async move {
                // Also of a closed account, which may be opened again.
                passwords::hold(tx, *user).await?;
                let mut removed = u64::from(authenticators::remove(tx, *user).await?);
                if is_reset {
                    removed += passkeys::remove_all(tx, *user).await?;
                }
                if removed == 0 {
                    return Err(Refusal::not_found("the account has no second step"));
                }
                let was_last = removal.done(tx, *user, *now).await?;
                if is_reset {
                    sessions::end_others(tx, *user, None, *now).await?;
                }
                audit::act(tx, act).await?;
                mail::queue_all(tx, notice.as_slice()).await?;
                Ok(was_last)
            })
        })
        .await;
    let was_last = was_last?;
    tracing::info!(user = %user.id, ?change, "the second factor of an account was removed");
    Ok(was_last)
}
