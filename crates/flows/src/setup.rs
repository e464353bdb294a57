//! The first administrator of an empty instance, by a link that works once.

use postern_domain::{InstanceRight, Lifetime, Refusal};
use postern_storage::{OneTime, consume, one_time_values};

use crate::sessions::{Arrival, Visit};
use crate::users::{self, NewUser, Standing};
use crate::{App, FieldErrors, FormRefusal};

const PURPOSE: &str = "setup";
/// How long a link works. A start makes a new one as long as nobody has an account.
const LIFETIME: Lifetime = Lifetime::days(7);

/// A new link as long as nobody has an account.
///
/// # Errors
/// `temporarily_unavailable` or `server_error` if the database fails.
pub async fn link(app: &App) -> Result<Option<String>, Refusal> {
    if postern_storage::users::exist(&app.db).await? {
        return Ok(None);
    }
    let token = app.new_link();
    let (hash, now) = (app.secret_key.hash_text(token.reveal()), app.clock.now());
    app.db
        .write((hash, now), |tx, (hash, now)| {
            Box::pin(async move {
                let until = now.plus(LIFETIME);
                Ok::<_, Refusal>(one_time_values::insert(tx, PURPOSE, *hash, "", *now, until).await?)
            })
        })
        .await?;
    Ok(Some(app.config.url(&format!("/setup?token={}", token.reveal()))))
}

/// Whether the token of a link still works.
///
/// # Errors
/// `forbidden` if it does not; `temporarily_unavailable` or `server_error` if the database fails.
pub async fn check_open(app: &App, token: &str) -> Result<(), Refusal> {
    let (hash, now) = (app.secret_key.hash_text(token), app.clock.now());
    let known = one_time_values::find(&app.db, PURPOSE, hash, now).await?.is_some();
    if known && !postern_storage::users::exist(&app.db).await? { Ok(()) } else { Err(used()) }
}

/// Makes the first account, gives it every right and signs it in. Of any number that try, with whichever links, one gets
/// through.
///
/// # Errors
/// [`FormRefusal`] names the fields that cannot be taken; `forbidden` if the link does not work any more.
pub async fn set_up(app: &App, token: &str, new: &NewUser, visit: &Visit) -> Result<Arrival, FormRefusal> {
    check_open(app, token).await?;
    if new.password.is_none() {
        return Err(FieldErrors::one("password", "Choose a password.").into());
    }
    // Whoever holds the operator's link is the operator: their address needs no other proof.
    let standing =
        Standing { email_verified: true, rights: InstanceRight::ALL.into(), ..Standing::default() };
    let prepared = users::prepare(app, new, standing).await?;
    let user = prepared.user.clone();
    let (hash, now) = (app.secret_key.hash_text(token), app.clock.now());
    app.db
        .write((prepared, hash, now), |tx, (prepared, hash, now)| {
            Box::pin(async move {
                // Whatever links other nodes made meanwhile: that nobody has an account decides.
                if !postern_storage::users::none_yet(tx).await?
                    || !consume(tx, OneTime::Value { purpose: PURPOSE }, *hash, *now).await?
                {
                    return Err(used());
                }
                one_time_values::remove_all(tx, PURPOSE).await?;
                Ok(users::insert(tx, prepared).await?)
            })
        })
        .await
        .map_err(users::form_refusal)?;
    Ok(Arrival::new(app, user, visit))
}

fn used() -> Refusal {
    Refusal::forbidden(
        "this link was used or has expired; as long as nobody has an account, a restart prints a new one",
    )
}

#[cfg(test)]
mod tests;
