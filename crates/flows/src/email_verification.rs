//! Proof that an address is a person's own: a link that is written to it works once, for the account that asked for it.

use postern_domain::audit::{Action, By};
use postern_domain::{Email, Lifetime, OwnPath, Plain, Refusal, Timestamp, TokenHash, User, UserId};
use postern_storage::users::Taken;
use postern_storage::{OneTime, StorageError, Tx, consume, one_time_values, users};
use serde::{Deserialize, Serialize};

use crate::audit::{self, Entry};
use crate::budget::{self, Budget, NoTry};
use crate::mail::{self, Mail, Outgoing, VerificationMail};
use crate::{App, users::acts};

const PURPOSE: &str = "email-verification";
/// How long a link works.
const LIFETIME: Lifetime = Lifetime::days(1);
/// How many links an account may ask for in a [`WINDOW`].
const MOST: u32 = 5;
const WINDOW: Lifetime = Lifetime::seconds(3_600);

/// A link that is ready to be kept, and its mail to be queued.
#[derive(Clone, Debug)]
pub(crate) struct Prepared {
    hash: TokenHash,
    kept: String,
    now: Timestamp,
    mail: Outgoing,
}

/// Whose link it is, and for which address: another address since then is not proved by it.
#[derive(Serialize, Deserialize)]
struct Kept {
    user: UserId,
    email: Email,
}

/// Readies a link to the address of an account. Afterwards the person goes on to `return_to`.
pub(crate) fn prepare(app: &App, user: &User, return_to: &OwnPath) -> Result<Prepared, Refusal> {
    of_token(app, user, &app.new_link(), return_to)
}

fn of_token(app: &App, user: &User, token: &Plain, return_to: &OwnPath) -> Result<Prepared, Refusal> {
    let now = app.clock.now();
    let kept = Kept { user: user.id, email: user.email.clone() };
    let mail = VerificationMail::new(token, return_to, now.plus(LIFETIME));
    Ok(Prepared {
        hash: app.secret_key.hash_text(token.reveal()),
        kept: serde_json::to_string(&kept).map_err(Refusal::because)?,
        now,
        mail: mail::prepare(app, user, Mail::Verification(mail))?,
    })
}

/// Keeps a link and queues its mail.
pub(crate) async fn keep(tx: &Tx, link: &Prepared) -> Result<(), StorageError> {
    let until = link.now.plus(LIFETIME);
    one_time_values::insert(tx, PURPOSE, link.hash, &link.kept, link.now, until).await?;
    mail::queue(tx, &link.mail).await
}

/// Writes a link to the address of an account.
///
/// # Errors
/// `conflict` if the address is verified; `too_many_requests` after several links within an hour.
pub async fn send(app: &App, user: &User, return_to: &OwnPath) -> Result<(), Refusal> {
    if user.email_verified {
        return Err(Refusal::conflict(format!("{} is verified already", user.email)));
    }
    let budget = Budget::new(app, PURPOSE, user.id.0.as_bytes(), MOST, WINDOW);
    budget::take(app, vec![budget]).await.map_err(too_many)?;
    let link = prepare(app, user, return_to)?;
    app.db.write(link, |tx, link| Box::pin(async move { Ok::<_, Refusal>(keep(tx, link).await?) })).await
}

/// Whether a link works for this person.
///
/// # Errors
/// `not_found` if it was used, has ended, or is for another account or address.
pub async fn check(app: &App, user: &User, link: &str) -> Result<(), Refusal> {
    let hash = app.secret_key.hash_text(link);
    let found = one_time_values::find(&app.db, PURPOSE, hash, app.clock.now()).await?.ok_or_else(over)?;
    let kept: Kept = serde_json::from_str(&found).map_err(Refusal::because)?;
    if kept.user != user.id {
        let told = "this link is for another account: sign in to the one that asked for it";
        return Err(Refusal::not_found(told));
    }
    if kept.email.key() == user.email.key() { Ok(()) } else { Err(over()) }
}

/// Takes a link for the proof that the address is this person's.
///
/// # Errors
/// Those of [`check`]; `conflict` if another account has proved the address.
pub async fn confirm(app: &App, user: &User, link: &str) -> Result<(), Refusal> {
    check(app, user, link).await?;
    let act = acts::entry(app, By::user(user.id), Action::USER_EMAIL_VERIFIED, user);
    let input = (user.id, user.email.clone(), app.secret_key.hash_text(link), app.clock.now(), act);
    let done: Result<(), Refusal> = app
        .db
        .write(input, |tx, (id, email, hash, now, act): &(UserId, Email, TokenHash, Timestamp, Entry)| {
            Box::pin(async move {
                let is_theirs = consume(tx, OneTime::Value { purpose: PURPOSE }, *hash, *now).await?
                    && users::verify_email(tx, *id, email, *now).await.map_err(elsewhere)?;
                if !is_theirs {
                    return Err(over());
                }
                Ok(audit::act(tx, act).await?)
            })
        })
        .await;
    done?;
    tracing::info!(user = %user.id, "an e-mail address was verified");
    Ok(())
}

/// Whoever reads this reads the mails to the address: it gives nothing away.
fn elsewhere(error: StorageError) -> Refusal {
    match Taken::of(&error) {
        Some(_) => Refusal::conflict(
            "you have another account with this e-mail: sign in to that one, or give it another e-mail first",
        ),
        None => error.into(),
    }
}

fn over() -> Refusal {
    Refusal::not_found("this link was used or has ended; ask for another one in your profile")
}

fn too_many(no: NoTry) -> Refusal {
    no.into_refusal("we sent you several links already; look into your mailbox, or")
}

#[cfg(test)]
mod tests;
