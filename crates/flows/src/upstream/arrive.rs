use postern_domain::{Email, OwnPath, PersonName, Refusal, UpstreamIdentity};
use postern_storage::users::{self as accounts, Taken};
use postern_storage::{StorageError, upstream_identities};

use super::connect::{connected, identity};
use super::provider::Provider;
use super::trouble::Trouble;
use super::username;
use super::who::Who;
use crate::budget::{self, NoTry};
use crate::sessions::{Arrival, Visit};
use crate::sign_in::Step;
use crate::users::{self, NewUser, Standing};
use crate::{App, FormRefusal, audit, email_verification, second_factor, sign_up as by_form};

/// How often another user name is tried where somebody else took one at the same moment.
const TRIES: usize = 3;

/// Signs somebody in whom a provider has proved to be one that opens an account. Nothing but that is claimed of how they did:
/// there is no `amr`. An account with a second step asks for it as ever.
pub(super) async fn sign_in(
    app: &App,
    known: UpstreamIdentity,
    who: &Who,
    visit: &Visit,
) -> Result<Step, Trouble> {
    let user = accounts::find(&app.db, known.user_id).await?.filter(|user| user.is_active());
    let user = user.ok_or(Trouble::Closed)?;
    let now = app.clock.now();
    let is_there: Result<bool, Refusal> = app
        .db
        .write((known.id, now), |tx, (id, now)| {
            Box::pin(async move { Ok(upstream_identities::touch(tx, *id, *now).await?) })
        })
        .await;
    if !is_there? {
        return Err(Trouble::Unknown);
    }
    if let Some(value) = second_factor::begin(app, &user, &[]).await? {
        return Ok(Step::SecondStep(value));
    }
    let auth_time = who.auth_time.map_or(now, |at| at.min(now));
    let arrival = Arrival::of_sign_in(app, user, visit, &[]).proved_at(auth_time);
    Ok(Step::Arrived(Box::new(arrival)))
}

/// Makes an account for somebody whom nobody here is known by, if the provider makes accounts. What it tells of them fills in
/// the account; an address that another account has is never a reason to let them into that one.
pub(super) async fn sign_up(
    app: &App,
    provider: &Provider,
    who: &Who,
    visit: &Visit,
) -> Result<Arrival, Trouble> {
    if !provider.signs_up {
        return Err(Trouble::Unknown);
    }
    let email = who.profile.email.as_deref().and_then(|email| Email::parse(email).ok());
    let email = email.ok_or(Trouble::NoEmail)?;
    budget::take(app, vec![by_form::budget(app, visit)]).await.map_err(|no| match no {
        NoTry::Exhausted { .. } => Trouble::TooMany,
        NoTry::Refused(refusal) => refusal.into(),
    })?;
    // Who only says that an address is theirs keeps nobody out who has proved it.
    let known = accounts::find_by_identifier(&app.db, email.as_str()).await?;
    if known.is_some_and(|user| user.email_verified || !proves_email(provider, who)) {
        return Err(Trouble::EmailTaken);
    }
    for _ in 0..TRIES {
        let new = NewUser {
            username: username::free(app, &who.profile, &email).await?,
            email: email.to_string(),
            name: name(who),
            password: None,
        };
        match make(app, provider, who, &new, visit).await {
            Err(error) => match Taken::of(&error) {
                Some(Taken::Username) => {}
                Some(Taken::Email) => return Err(Trouble::EmailTaken),
                // Two answers about the same somebody at once: the other one made the account.
                None if matches!(error, StorageError::Taken(_)) => return Err(Trouble::Over),
                None => return Err(error.into()),
            },
            Ok(made) => return made,
        }
    }
    Err(Refusal::temporarily_unavailable("no free user name was found; try again").into())
}

async fn make(
    app: &App,
    provider: &Provider,
    who: &Who,
    new: &NewUser,
    visit: &Visit,
) -> Result<Result<Arrival, Trouble>, StorageError> {
    let email_verified = proves_email(provider, who);
    let standing = Standing { email_verified, ..Standing::default() };
    let prepared = match users::prepare(app, new, standing).await {
        Ok(prepared) => prepared,
        Err(FormRefusal::Refused(refusal)) => return Ok(Err(refusal.into())),
        Err(FormRefusal::Fields(errors)) => return Ok(Err(Refusal::server_error(errors.to_string()).into())),
    };
    let user = prepared.user.clone();
    let link = match email_verified {
        true => Ok(None),
        false => email_verification::prepare(app, &user, &OwnPath::home()).map(Some),
    };
    let link = match link {
        Ok(link) => link,
        Err(refusal) => return Ok(Err(refusal.into())),
    };
    let identity = identity(app, provider, &user, who, true);
    let act = connected(app, provider, &user, &identity);
    app.db
        .write((prepared, link, identity, act), |tx, (prepared, link, identity, act)| {
            Box::pin(async move {
                users::insert(tx, prepared).await?;
                upstream_identities::insert(tx, identity).await?;
                audit::act(tx, act).await?;
                match link {
                    Some(link) => email_verification::keep(tx, link).await,
                    None => Ok(()),
                }
            })
        })
        .await?;
    let auth_time = who.auth_time.map_or(user.created_at, |at| at.min(user.created_at));
    Ok(Ok(Arrival::by(app, user, visit, &[]).proved_at(auth_time)))
}

fn proves_email(provider: &Provider, who: &Who) -> bool {
    provider.trusts_email && who.profile.email_verified
}

/// What the person is called, if that can be: the user name stands in for the rest.
fn name(who: &Who) -> String {
    let told = who.profile.name.as_deref().unwrap_or_default();
    PersonName::parse(told).map(|name| name.to_string()).unwrap_or_default()
}
