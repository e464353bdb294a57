//! The way back into an account whose password is lost: a link that is written to the verified address of the account, works
//! once, and sets another password. Nobody who asks for one learns whether there is such an account.

use std::net::IpAddr;
use std::sync::Arc;

use postern_domain::audit::{Action, By};
use postern_domain::{Lifetime, Plain, Refusal, Timestamp, TokenHash, User};
use postern_storage::recovery_links::{self, RecoveryLink};
use postern_storage::{StorageError, Tx, passwords, sessions, users};

use crate::audit::{self, Entry};
use crate::budget::{self, Budget, NoTry};
use crate::mail::{self, Mail, Outgoing, PasswordChange, RecoveryMail};
use crate::users::{acts, known};
use crate::{App, FieldErrors, FormRefusal, notices, password};

/// How long a link works.
const LIFETIME: Lifetime = Lifetime::seconds(30 * 60);
/// How long the link works by which somebody chooses the first password of an account that was made for them.
const INVITATION: Lifetime = Lifetime::days(7);
/// How many links are written for an account in a [`WINDOW`].
const MOST: u32 = 3;
const WINDOW: Lifetime = Lifetime::seconds(3_600);
/// Longest that an identifier can be, in bytes.
const LONGEST_IDENTIFIER: usize = 320;

/// A link that is ready to be kept, and its mail to be queued.
#[derive(Clone, Debug)]
pub(crate) struct Prepared {
    link: RecoveryLink,
    mail: Option<Outgoing>,
    act: Entry,
}

/// Somebody at `address` asks for a link to the account with this user name or e-mail. What they ask for is counted first;
/// whether there is such an account is only looked for once they have their answer, which is always the same.
///
/// # Errors
/// `too_many_requests` after many of them from one address, whatever accounts they were about.
pub async fn ask(app: &Arc<App>, identifier: &str, address: IpAddr) -> Result<(), Refusal> {
    let limit = app.config.rate_limits.recovery;
    let budget = Budget::of_address(app, "recovery address", address, limit, WINDOW);
    budget::take(app, vec![budget]).await.map_err(too_many)?;
    let identifier = identifier.trim().to_ascii_lowercase();
    if identifier.len() > LONGEST_IDENTIFIER {
        return Ok(());
    }
    let app = Arc::clone(app);
    tokio::spawn(audit::from(address, async move {
        if let Err(refusal) = send(&app, &identifier).await {
            tracing::warn!(cause = ?refusal.cause, "a recovery link could not be sent");
        }
    }));
    Ok(())
}

/// Writes a link to the address of an account, if that is verified. For a name that nobody has, one change is made as well:
/// what comes after it waits as long.
async fn send(app: &App, identifier: &str) -> Result<(), Refusal> {
    let found = users::find_by_identifier(&app.db, identifier).await?;
    let whose = found.as_ref().map_or(identifier.as_bytes(), |user| user.id.0.as_bytes().as_slice());
    let budget = Budget::new(app, "recovery account", whose, MOST, WINDOW);
    let link = found
        .filter(|user| user.is_active() && user.email_verified)
        .map(|user| by_mail(app, &user, &app.new_link()))
        .transpose()?;
    app.db
        .write((budget, link, app.clock.now()), |tx, (budget, link, now)| {
            Box::pin(async move {
                if budget::spend(tx, budget, *now).await?
                    && let Some(link) = link
                {
                    keep(tx, link).await?;
                }
                Ok(())
            })
        })
        .await
}

/// Makes a link for an operator to hand over: its URL, and when it ends. It works whatever address the account has.
///
/// # Errors
/// `conflict` if the account is closed.
pub async fn by_operator(app: &App, user: &User) -> Result<(String, Timestamp), Refusal> {
    if !user.is_active() {
        return Err(Refusal::conflict(format!("the account {} is closed; open it first", user.username)));
    }
    let token = app.new_link();
    let link = link(app, user, &token, None);
    let until = link.expires_at;
    let path = RecoveryMail::new(user.username.clone(), &token, until).path();
    let prepared = Prepared { link, mail: None, act: made(app, By::Operator, user) };
    app.db
        .write(prepared, |tx, link| Box::pin(async move { Ok::<_, Refusal>(keep(tx, link).await?) }))
        .await?;
    Ok((app.config.url(&path), until))
}

/// The account that a link opens.
///
/// # Errors
/// `not_found` if it was used or has ended, if there is a newer one, or if the account was closed or has another password
/// or address since.
pub async fn check(app: &App, link: &str) -> Result<User, Refusal> {
    let hash = app.secret_key.hash_text(link);
    let id = recovery_links::find(&app.db, hash, app.clock.now()).await?.ok_or_else(over)?;
    users::find(&app.db, id).await?.ok_or_else(over)
}

/// Takes a link for another password. Whoever is signed in to the account is signed out: it may not be its owner.
///
/// # Errors
/// [`FormRefusal`] says what is wrong with `new_password`; those of [`check`].
pub async fn recover(app: &App, link: &str, new: &str) -> Result<(), FormRefusal> {
    let user = check(app, link).await?;
    let known = known(app, user.username.as_str(), user.email.as_str(), user.name.as_str());
    let judged = password::judge(app, new, known).await?;
    let new = judged.map_err(|weakness| FieldErrors::one("new_password", weakness))?;
    let change = Change {
        hash: app.secret_key.hash_text(link),
        new: app.hashing.slot().await?.hash(app, &new).await?,
        now: app.clock.now(),
        act: acts::entry(app, By::user(user.id), Action::USER_RECOVERED, &user),
        notice: notices::password_changed(app, &user, PasswordChange::Recovered)?,
        user,
    };
    let id = change.user.id;
    app.db.write(change, |tx, change| Box::pin(change.make(tx))).await?;
    tracing::info!(user = %id, "an account was recovered");
    Ok(())
}

/// Another password by a link.
struct Change {
    user: User,
    hash: TokenHash,
    new: String,
    now: Timestamp,
    act: Entry,
    notice: Option<Outgoing>,
}

impl Change {
    async fn make(&self, tx: &Tx) -> Result<(), Refusal> {
        let (user, now) = (&self.user, self.now);
        // Held until this is over: the address the link was sent to stays what it is.
        if !passwords::is_still(tx, user.id, user.password_changed_at).await?
            || !recovery_links::take(tx, self.hash, now).await?
        {
            return Err(over());
        }
        passwords::set(tx, user.id, &self.new, None, now).await?;
        sessions::end_others(tx, user.id, None, now).await?;
        audit::act(tx, &self.act).await?;
        Ok(mail::queue_all(tx, self.notice.as_slice()).await?)
    }
}

fn by_mail(app: &App, user: &User, token: &Plain) -> Result<Prepared, Refusal> {
    let link = link(app, user, token, Some(user.email.key()));
    let mail = RecoveryMail::new(user.username.clone(), token, link.expires_at);
    let mail = mail::prepare(app, user, Mail::Recovery(mail))?;
    Ok(Prepared { link, mail: Some(mail), act: made(app, By::Anybody, user) })
}

/// A link by which the owner of an account that `by` makes chooses a password, and the mail that carries it. It goes to their
/// address also while that is not verified: nobody else has anything in the account yet.
pub(crate) fn invitation(app: &App, user: &User, by: By) -> Result<Prepared, Refusal> {
    let token = app.new_link();
    let email_key = user.email_verified.then(|| user.email.key());
    let until = app.clock.now().plus(INVITATION);
    let link = RecoveryLink { expires_at: until, ..link(app, user, &token, email_key) };
    let mail = Mail::AccountMade(RecoveryMail::new(user.username.clone(), &token, until));
    Ok(Prepared { link, mail: Some(mail::prepare(app, user, mail)?), act: made(app, by, user) })
}

fn link(app: &App, user: &User, token: &Plain, email_key: Option<String>) -> RecoveryLink {
    RecoveryLink {
        user_id: user.id,
        hash: app.secret_key.hash_text(token.reveal()),
        email_key,
        password_changed_at: user.password_changed_at,
        expires_at: app.clock.now().plus(LIFETIME),
    }
}

fn made(app: &App, by: By, user: &User) -> Entry {
    acts::entry(app, by, Action::USER_RECOVERY_LINK_MADE, user)
}

pub(crate) async fn keep(tx: &Tx, prepared: &Prepared) -> Result<(), StorageError> {
    recovery_links::put(tx, &prepared.link).await?;
    audit::act(tx, &prepared.act).await?;
    mail::queue_all(tx, prepared.mail.as_slice()).await
}

fn over() -> Refusal {
    Refusal::not_found("this link was used, has ended, or is not the newest; ask for another one")
}

fn too_many(no: NoTry) -> Refusal {
    no.into_refusal("there were too many requests from your network;")
}

#[cfg(test)]
mod tests;
