//! What the owner of an account is told of it by mail. An address that is not verified may be anybody's: it is told nothing.

use postern_domain::{Refusal, Session, Timestamp, User};
use postern_storage::users;

use crate::mail::{
    self, AccountEnd, ChangedEmail, ChangedFactor, ChangedPassword, FactorChange, ImpersonatedMail, Mail,
    NewDevice, Outgoing, PasswordChange,
};
use crate::{App, audit};

/// That an account has another password.
pub(crate) fn password_changed(
    app: &App,
    user: &User,
    how: PasswordChange,
) -> Result<Option<Outgoing>, Refusal> {
    let (username, at) = (user.username.clone(), app.clock.now());
    told(app, user, Mail::PasswordChanged(ChangedPassword { username, how, at, address: audit::address() }))
}

/// That something was done about the second step of an account.
pub(crate) fn factor_changed(
    app: &App,
    user: &User,
    change: FactorChange,
) -> Result<Option<Outgoing>, Refusal> {
    let (username, at) = (user.username.clone(), app.clock.now());
    told(app, user, Mail::FactorChanged(ChangedFactor { username, change, at, address: audit::address() }))
}

/// That an account has another address, to the one of `before`.
pub(crate) fn email_changed(app: &App, before: &User) -> Result<Option<Outgoing>, Refusal> {
    let (username, at) = (before.username.clone(), app.clock.now());
    told(app, before, Mail::EmailChanged(ChangedEmail { username, at, address: audit::address() }))
}

/// That an account is going to be deleted, or is.
pub(crate) fn account_end(
    app: &App,
    user: &User,
    deletes_at: Option<Timestamp>,
) -> Result<Option<Outgoing>, Refusal> {
    let (username, at) = (user.username.clone(), app.clock.now());
    told(app, user, Mail::AccountEnd(AccountEnd { username, deletes_at, at, address: audit::address() }))
}

/// That an administrator acts as the owner of an account.
pub(crate) fn impersonated(
    app: &App,
    user: &User,
    administrator: &User,
    reason: &str,
    until: Timestamp,
) -> Result<Option<Outgoing>, Refusal> {
    let mail = ImpersonatedMail {
        username: user.username.clone(),
        by: administrator.name.clone(),
        by_username: administrator.username.clone(),
        reason: reason.to_owned(),
        at: app.clock.now(),
        until,
    };
    told(app, user, Mail::Impersonated(mail))
}

/// That somebody signed in where the account was not signed in to before.
pub(crate) async fn new_device(app: &App, session: &Session) -> Result<Option<Outgoing>, Refusal> {
    let Some(user) = users::find(&app.db, session.user_id).await? else { return Ok(None) };
    let mail = NewDevice {
        username: user.username.clone(),
        user_agent: session.user_agent.clone(),
        address: session.address.clone(),
        at: session.auth_time,
    };
    told(app, &user, Mail::NewDevice(mail))
}

fn told(app: &App, user: &User, mail: Mail) -> Result<Option<Outgoing>, Refusal> {
    user.email_verified.then(|| mail::prepare(app, user, mail)).transpose()
}
