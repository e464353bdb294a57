use postern_domain::audit::{Action, By};
use postern_domain::{Refusal, User};
use postern_storage::{authenticators, passwords, recovery_codes, sessions};

use crate::mail::{self, FactorChange};
use crate::users::acts;
use crate::{App, audit, notices};

/// Removes somebody's own second factor, and with it the recovery codes that stand in for it.
///
/// # Errors
/// `not_found` if there is none.
pub async fn remove(app: &App, user: &User) -> Result<(), Refusal> {
    take_away(app, user, By::user(user.id), FactorChange::Removed).await
}

/// Removes the second factor of an account whose owner has lost it, as `by` wants it, and signs it out everywhere. The
/// password alone is enough then.
///
/// # Errors
/// `not_found` if there is none.
pub async fn reset(app: &App, user: &User, by: By) -> Result<(), Refusal> {
    take_away(app, user, by, FactorChange::Reset).await
}

async fn take_away(app: &App, user: &User, by: By, change: FactorChange) -> Result<(), Refusal> {
    let is_reset = change == FactorChange::Reset;
    let action = if is_reset { Action::USER_FACTORS_RESET } else { Action::USER_FACTOR_REMOVED };
    let act = acts::entry(app, by, action, user);
    let notice = notices::factor_changed(app, user, change)?;
    let input = (user.id, app.clock.now(), act, notice);
    let done: Result<(), Refusal> = app
        .db
        .write(input, move |tx, (user, now, act, notice)| {
            Box::pin(async move {
                // Also of a closed account, which may be opened again.
                passwords::hold(tx, *user).await?;
                if !authenticators::remove(tx, *user).await? {
                    return Err(Refusal::not_found("the account has no second step"));
                }
                recovery_codes::replace(tx, *user, &[], *now).await?;
                if is_reset {
                    sessions::end_others(tx, *user, None, *now).await?;
                }
                audit::act(tx, act).await?;
                Ok(mail::queue_all(tx, notice.as_slice()).await?)
            })
        })
        .await;
    done?;
    tracing::info!(user = %user.id, ?change, "the second factor of an account was removed");
    Ok(())
}
