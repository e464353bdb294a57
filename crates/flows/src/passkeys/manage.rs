use postern_domain::audit::{Action, By};
use postern_domain::{PasskeyId, PersonName, Refusal, User, UserId};
use postern_storage::passkeys::{self, Passkey};
use postern_storage::passwords;

use crate::mail::FactorChange;
use crate::second_factor::Removal;
use crate::users::acts;
use crate::ways_in::WaysIn;
use crate::{App, FieldErrors, FormRefusal, audit, mail, notices};

/// All passkeys of an account, the oldest first.
///
/// # Errors
/// `temporarily_unavailable` or `server_error` if the database fails.
pub async fn list(app: &App, user: UserId) -> Result<Vec<Passkey>, Refusal> {
    Ok(passkeys::list(&app.db, user).await?)
}

/// A passkey of an account.
///
/// # Errors
/// `not_found` if there is none with this handle.
pub async fn find(app: &App, user: UserId, id: PasskeyId) -> Result<Passkey, Refusal> {
    passkeys::find(&app.db, user, id).await?.ok_or_else(gone)
}

/// Gives a passkey another name.
///
/// # Errors
/// What is wrong with `name`; `not_found`.
pub async fn rename(app: &App, user: &User, id: PasskeyId, name: &str) -> Result<(), FormRefusal> {
    let mut errors = FieldErrors::none();
    let name = errors.take("name", PersonName::parse(name));
    let Some(name) = name else { return Err(errors.into()) };
    let act = acts::entry(app, By::user(user.id), Action::USER_PASSKEY_RENAMED, user);
    app.db
        .write((user.id, name, act), move |tx, (user, name, act)| {
            Box::pin(async move {
                if !passkeys::rename(tx, *user, id, name.as_str()).await? {
                    return Err(gone());
                }
                Ok(audit::act(tx, act).await?)
            })
        })
        .await?;
    Ok(())
}

/// Removes a passkey, and with the last second factor the recovery codes that stand in for it. Answers whether the password
/// alone is enough from now on.
///
/// # Errors
/// `not_found`; `conflict` if it is the last way in, or the last second factor and somebody asks for it.
pub async fn remove(app: &App, user: &User, id: PasskeyId) -> Result<bool, Refusal> {
    let act = acts::entry(app, By::user(user.id), Action::USER_PASSKEY_REMOVED, user);
    let notice = notices::factor_changed(app, user, FactorChange::PasskeyRemoved)?;
    let (removal, ways_in) = (Removal::own(app, user), WaysIn::of(app));
    let input = (user.id, app.clock.now(), ways_in, act, notice);
    let was_last = app.db.write(input, move |tx, (user, now, ways_in, act, notice)| {
        Box::pin(async move {
            passwords::hold(tx, *user).await?;
            if !passkeys::remove(tx, *user, id).await? {
                return Err(gone());
            }
            let was_last = removal.done(tx, *user, *now).await?;
            ways_in.stay(tx, *user).await?;
            audit::act(tx, act).await?;
            mail::queue_all(tx, notice.as_slice()).await?;
            Ok(was_last)
        })
    });
    let was_last = was_last.await?;
    tracing::info!(user = %user.id, was_last, "a passkey was removed");
    Ok(was_last)
}

fn gone() -> Refusal {
    Refusal::not_found("the account has no such passkey")
}
