//! Strangers who make themselves an account.

use postern_domain::{Lifetime, OwnPath, Refusal};
use postern_storage::StorageError;

use crate::budget::{self, Budget, NoTry};
use crate::sessions::{Arrival, Visit};
use crate::users::{self, NewUser, Standing};
use crate::{App, FieldErrors, FormRefusal, email_verification};

/// The span of the budget of sign-ups.
const WINDOW: Lifetime = Lifetime::seconds(3_600);

/// Whether strangers may sign up.
///
/// # Errors
/// `forbidden` if they may not.
pub fn check_open(app: &App) -> Result<(), Refusal> {
    if app.config.registration.open {
        return Ok(());
    }
    Err(Refusal::forbidden("this server takes no sign-ups; ask its administrator for an account"))
}

/// Makes an account for a stranger, signs them in, and writes them a link that proves the address theirs. An address that
/// somebody else has is taken like any other, so nobody learns who has an account here; it identifies nobody until it is proved.
/// How many accounts there are from one network address is bounded, whether they come to something or not.
///
/// # Errors
/// [`FormRefusal`] names the fields that cannot be taken; `forbidden` if sign-up is closed.
pub async fn sign_up(app: &App, new: &NewUser, visit: &Visit) -> Result<Arrival, FormRefusal> {
    check_open(app)?;
    if new.password.is_none() {
        return Err(FieldErrors::one("password", "Choose a password.").into());
    }
    let budget = budget(app, visit);
    budget::check(app, &[budget]).await.map_err(too_many)?;
    let prepared = users::prepare(app, new, Standing::default()).await?;
    budget::take(app, vec![budget]).await.map_err(too_many)?;
    let user = prepared.user.clone();
    let link = email_verification::prepare(app, &user, &OwnPath::home())?;
    let kept = app
        .db
        .write((prepared, link), |tx, (prepared, link)| {
            Box::pin(async move {
                users::insert(tx, prepared).await?;
                email_verification::keep(tx, link).await
            })
        })
        .await;
    kept.map_err(|error: StorageError| users::taken(&error).map_or_else(|| error.into(), FormRefusal::from))?;
    Ok(Arrival::new(app, user, visit))
}

/// How many accounts can be made from one address.
pub(crate) fn budget(app: &App, visit: &Visit) -> Budget {
    Budget::of_address(app, "sign-up", visit.address, app.config.rate_limits.registration, WINDOW)
}

fn too_many(no: NoTry) -> FormRefusal {
    FormRefusal::Refused(no.into_refusal("there were too many sign-ups from your network;"))
}

#[cfg(test)]
mod tests;
