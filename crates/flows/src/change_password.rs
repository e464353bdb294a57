//! Changing one's own password.

use postern_domain::audit::{Action, By};
use postern_domain::{Plain, Refusal, Session, Timestamp, User};
use postern_storage::{passwords, sessions};

use crate::mail::{self, PasswordChange};
use crate::sessions::{Proven, is_fresh, renewed};
use crate::sign_in::prove;
use crate::users::{acts, known};
use crate::{App, Denied, audit, notices, password, second_factor};

/// Why a password was not changed.
#[derive(Clone, Debug, PartialEq)]
pub enum NoChange {
    /// The current one was not right, or nobody looked.
    Current(Denied),
    /// The new one cannot be taken: a sentence for the form.
    New(String),
    /// The account has a second factor, and the last proof of both is too old.
    NeedsProof,
}

impl From<Denied> for NoChange {
    fn from(denied: Denied) -> Self {
        Self::Current(denied)
    }
}

impl From<Refusal> for NoChange {
    fn from(refusal: Refusal) -> Self {
        Self::Current(Denied::Refused(refusal))
    }
}

/// Whether there is a password to sign in to an account with.
///
/// # Errors
/// `temporarily_unavailable` or `server_error` if the database fails.
pub async fn has_password(app: &App, user: &User) -> Result<bool, Refusal> {
    Ok(passwords::find(&app.db, user.id).await?.is_some())
}

/// Changes somebody's password and signs them out everywhere else, in one. Answers their session as it goes on, under a
/// new id in the cookie, and in how many places they were signed out.
///
/// # Errors
/// [`NoChange`].
pub async fn change_password(
    app: &App,
    user: &User,
    session: &Session,
    current: &Plain,
    new: &str,
) -> Result<(Proven, u64), NoChange> {
    // The current password is proof enough where a sign-in asks for no more than that.
    let has_second = second_factor::state(app, user.id).await?.is_some();
    if has_second && !is_fresh(app, session) {
        return Err(NoChange::NeedsProof);
    }
    let known = known(app, user.username.as_str(), user.email.as_str(), user.name.as_str());
    let new = password::judge(app, new, known).await?.map_err(NoChange::New)?;
    let old_hash = prove(app, user, current).await?;
    if new == *current {
        return Err(NoChange::New("Choose another password than the current one.".to_owned()));
    }
    let new_hash = app.hashing.slot().await?.hash(app, &new).await?;
    let act = acts::entry(app, By::user(user.id), Action::USER_PASSWORD_SET, user);
    let notice = notices::password_changed(app, user, PasswordChange::Known)?;
    let input = (user.id, session.id, old_hash, new_hash, app.clock.now(), (act, notice));
    let changed: Result<Option<(Timestamp, u64)>, Refusal> = app
        .db
        .write(input, |tx, (user, session, old, new, now, (act, notice))| {
            Box::pin(async move {
                let Some(since) = passwords::set(tx, *user, new, Some(old), *now).await? else {
                    return Ok(None);
                };
                audit::act(tx, act).await?;
                mail::queue_all(tx, notice.as_slice()).await?;
                Ok(Some((since, sessions::end_others(tx, *user, Some(*session), *now).await?)))
            })
        })
        .await;
    // Somebody else changed it in between: what was offered is not the current password any more.
    let (since, ended) = changed?.ok_or(Denied::Wrong)?;
    let mut proven = renewed(app, session, since);
    if has_second {
        proven.session.auth_time = session.auth_time;
    }
    Ok((proven, ended))
}

/// Gives an account its first password: one that was made by a sign-in provider has none. Whoever is signed in stays so.
///
/// # Errors
/// [`NoChange`]; [`NoChange::NeedsProof`] if the last sign-in is too long ago.
pub async fn set_first_password(
    app: &App,
    user: &User,
    session: &Session,
    new: &str,
) -> Result<(), NoChange> {
    if !is_fresh(app, session) {
        return Err(NoChange::NeedsProof);
    }
    let known = known(app, user.username.as_str(), user.email.as_str(), user.name.as_str());
    let new = password::judge(app, new, known).await?.map_err(NoChange::New)?;
    let hash = app.hashing.slot().await?.hash(app, &new).await?;
    let act = acts::entry(app, By::user(user.id), Action::USER_PASSWORD_SET, user);
    let notice = notices::password_changed(app, user, PasswordChange::Known)?;
    let set: Result<(), Refusal> = app
        .db
        .write((user.id, hash, app.clock.now(), act, notice), |tx, (user, hash, now, act, notice)| {
            Box::pin(async move {
                if !passwords::hold(tx, *user).await? || passwords::exists(tx, *user).await? {
                    return Err(Refusal::conflict(
                        "your account has a password already; load the page again",
                    ));
                }
                passwords::set(tx, *user, hash, None, *now).await?;
                audit::act(tx, act).await?;
                Ok(mail::queue_all(tx, notice.as_slice()).await?)
            })
        })
        .await;
    Ok(set?)
}

#[cfg(test)]
mod tests;
