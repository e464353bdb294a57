//! Proving who one is: signing in, and doing so once more before a sensitive change.

use postern_domain::{AuthMethodReference, Lifetime, Plain, Session, User, UserId};
use postern_storage::users;

use crate::budget::Budget;
use crate::sessions::{Arrival, Proven, Visit, renewed};
use crate::{App, Denied, device, guess, second_factor};

/// The span of the budgets of wrong passwords.
const WINDOW: Lifetime = Lifetime::seconds(60);
/// Longest that an identifier can be, in bytes: an address has 64, an `@` and 253.
const LONGEST_IDENTIFIER: usize = 320;

/// How far a password leads.
#[derive(Debug)]
pub enum Step {
    /// All the way.
    Arrived(Box<Arrival>),
    /// To the [second step](second_factor), with what the browser keeps until then.
    SecondStep(Plain),
}

/// Why somebody who is signed in did not prove it once more.
#[derive(Debug, PartialEq)]
pub enum NoProof {
    /// The password did not help.
    Password(Denied),
    /// The code did not, or there was none.
    Code(Denied),
}

/// Signs somebody in by user name or e-mail address and password. Names that nobody has, closed accounts and wrong
/// passwords get the same answer after the same work.
///
/// Wrong tries are counted for the account and for the address; those from a browser that the account was signed in to
/// before, for that browser alone, so that strangers cannot lock the owner out.
///
/// # Errors
/// [`Denied`].
pub async fn sign_in(app: &App, identifier: &str, password: &Plain, visit: &Visit) -> Result<Step, Denied> {
    let identifier = identifier.trim().to_ascii_lowercase();
    if identifier.len() > LONGEST_IDENTIFIER {
        return Err(Denied::Wrong);
    }
    let found = users::find_by_identifier(&app.db, &identifier).await?;
    let user = found.as_ref().map(|user| user.id);
    let may = found.as_ref().is_some_and(User::is_active);
    let budgets = budgets(app, &identifier, user, visit);
    let looked = guess::password(app, user, may, password, budgets).await;
    looked.inspect_err(|denied| app.meters.denied(denied))?;
    let user = found.ok_or(Denied::Wrong)?;
    match second_factor::begin(app, &user, &[AuthMethodReference::Pwd]).await? {
        Some(value) => Ok(Step::SecondStep(value)),
        None => {
            Ok(Step::Arrived(Box::new(Arrival::of_sign_in(app, user, visit, &[AuthMethodReference::Pwd]))))
        }
    }
}

fn budgets(app: &App, identifier: &str, user: Option<UserId>, visit: &Visit) -> Vec<Budget> {
    let limits = &app.config.rate_limits;
    let known = user.and_then(|user| device::find(app, visit.device.as_deref(), user, app.clock.now()));
    if let Some(device) = known {
        return vec![Budget::new(app, "sign-in device", &device.key(), limits.sign_in_account, WINDOW)];
    }
    // By the account and not by the name of it that was typed, of which there are several.
    let account = user.map_or_else(|| identifier.as_bytes().to_vec(), |user| user.0.as_bytes().to_vec());
    vec![
        Budget::new(app, "sign-in account", &account, limits.sign_in_account, WINDOW),
        Budget::of_address(app, "sign-in address", visit.address, limits.sign_in_address, WINDOW),
    ]
}

/// Proves once more who somebody is that is signed in, by all that a sign-in to the account takes: with a second factor also
/// by a code. Answers the session as it goes on, under a new id in the cookie.
///
/// # Errors
/// [`NoProof`].
pub async fn reauthenticate(
    app: &App,
    user: &User,
    session: &Session,
    password: &Plain,
    code: Option<&str>,
) -> Result<Proven, NoProof> {
    let has_second = second_factor::state(app, user.id).await;
    let has_second = has_second.map_err(|refusal| NoProof::Password(refusal.into()))?.is_some();
    prove(app, user, password).await.map_err(NoProof::Password)?;
    let mut proven = renewed(app, session, user.password_changed_at);
    proven.session.amr = vec![AuthMethodReference::Pwd];
    if has_second {
        let budgets = second_factor::budgets_of_proof(app, user.id);
        let code = code.unwrap_or_default();
        second_factor::prove(app, user, code, budgets).await.map_err(NoProof::Code)?;
        proven.session.amr = AuthMethodReference::PASSWORD_AND_CODE.to_vec();
    }
    Ok(proven)
}

/// Checks the password of somebody who is signed in. Strangers do not get here, so the budget is theirs alone. Answers
/// the hash that matched.
pub(crate) async fn prove(app: &App, user: &User, password: &Plain) -> Result<String, Denied> {
    let limit = app.config.rate_limits.sign_in_account;
    let budget = Budget::new(app, "proof", user.id.0.as_bytes(), limit, WINDOW);
    guess::password(app, Some(user.id), user.is_active(), password, vec![budget]).await
}

#[cfg(test)]
mod tests;
