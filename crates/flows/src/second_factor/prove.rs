use postern_domain::audit::{Action, By};
use postern_domain::{Lifetime, Refusal, Timestamp, TokenHash, User, UserId};
use postern_storage::{authenticators, passkeys, recovery_codes};

use super::authenticator;
use super::codes;
use super::enrol::digits;
use crate::budget::{self, Budget};
use crate::mail::FactorChange;
use crate::users::acts;
use crate::{App, Denied, audit, device, mail, notices};

/// How many wrong codes there may be in a [`SPAN`], and in a [`DAY`]: six digits are few, and whoever guesses them knows the
/// password already.
const MOST: u32 = 5;
const SPAN: Lifetime = Lifetime::seconds(5 * 60);
const MOST_A_DAY: u32 = 50;
const DAY: Lifetime = Lifetime::days(1);

/// The second factors of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    /// Since when it has an authenticator app, if it has one.
    pub app_since: Option<Timestamp>,
    /// How many passkeys it has.
    pub passkeys: u64,
    /// How many of them are locked: the password alone is not enough for all that, but nobody gets in by them.
    pub locked_passkeys: u64,
    /// How many recovery codes are left.
    pub codes_left: u64,
}

impl State {
    /// Whether somebody can get in by a passkey.
    pub const fn has_passkey(&self) -> bool {
        self.passkeys > self.locked_passkeys
    }
}

/// The second factors of an account, if it has any.
///
/// # Errors
/// `temporarily_unavailable` or `server_error` if the database fails.
pub async fn state(app: &App, user: UserId) -> Result<Option<State>, Refusal> {
    let app_since = authenticators::find(&app.db, user).await?.map(|found| found.created_at);
    let known = passkeys::list(&app.db, user).await?;
    if app_since.is_none() && known.is_empty() {
        return Ok(None);
    }
    let passkeys = known.len() as u64;
    let locked_passkeys = known.iter().filter(|passkey| passkey.locked_at.is_some()).count() as u64;
    let codes_left = recovery_codes::count(&app.db, user).await?;
    Ok(Some(State { app_since, passkeys, locked_passkeys, codes_left }))
}

/// The budgets of wrong codes at a sign-in: a browser that the account knows has its own, so that somebody who found the
/// password does not lock out the owner.
pub(super) fn budgets(app: &App, user: UserId, cookie: Option<&str>) -> Vec<Budget> {
    match device::find(app, cookie, user, app.clock.now()) {
        Some(device) => of("second step device", app, &device.key()),
        None => of("second step account", app, user.0.as_bytes()),
    }
}

/// The budgets of somebody who is signed in and proves it once more.
pub(crate) fn budgets_of_proof(app: &App, user: UserId) -> Vec<Budget> {
    of("second step proof", app, user.0.as_bytes())
}

fn of(purpose: &str, app: &App, whose: &[u8]) -> Vec<Budget> {
    vec![
        Budget::new(app, purpose, whose, MOST, SPAN),
        Budget::new(app, &format!("{purpose} day"), whose, MOST_A_DAY, DAY),
    ]
}

/// Takes a code of the account's app, or a recovery code. Every one that is looked at is counted first, and un-counted if it
/// was right.
///
/// # Errors
/// [`Denied`], also if the code was right and was taken before.
pub(crate) async fn prove(app: &App, user: &User, code: &str, budgets: Vec<Budget>) -> Result<(), Denied> {
    let code = digits(code);
    let is_of_app = code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit());
    let recovery = codes::read(&code);
    // What cannot be a code is wrong whatever the account has, and says nothing.
    if !is_of_app && recovery.is_none() {
        return Err(Denied::Wrong);
    }
    let taken = budget::take(app, budgets).await?;
    let is_right = match recovery {
        Some(recovery) => spend_recovery(app, user, codes::hash(app, user.id, &recovery)).await?,
        None => spend_of_app(app, user, &code).await?,
    };
    if !is_right {
        return Err(Denied::Wrong);
    }
    budget::give_back(app, taken).await?;
    Ok(())
}

async fn spend_of_app(app: &App, user: &User, code: &str) -> Result<bool, Refusal> {
    let Some(found) = authenticators::find(&app.db, user.id).await? else { return Ok(false) };
    let secret = app.secret_key.open(&authenticator::place(user.id), &found.secret);
    let codes = authenticator::codes(app, user, &secret.map_err(Refusal::because)?)?;
    let Some(step) = authenticator::step_of(&codes, code, app.clock.now()) else { return Ok(false) };
    app.db
        .write((user.id, found.secret, step), |tx, (user, secret, step)| {
            Box::pin(async move { Ok(authenticators::spend(tx, *user, secret, *step).await?) })
        })
        .await
}

async fn spend_recovery(app: &App, user: &User, code: TokenHash) -> Result<bool, Refusal> {
    let left = recovery_codes::count(&app.db, user.id).await?.saturating_sub(1);
    let act = acts::entry(app, By::user(user.id), Action::USER_RECOVERY_CODE_USED, user);
    let notice = notices::factor_changed(app, user, FactorChange::CodeUsed { left })?;
    app.db
        .write((user.id, code, act, notice), |tx, (user, code, act, notice)| {
            Box::pin(async move {
                if !recovery_codes::spend(tx, *user, *code).await? {
                    return Ok(false);
                }
                audit::act(tx, act).await?;
                mail::queue_all(tx, notice.as_slice()).await?;
                Ok(true)
            })
        })
        .await
}
