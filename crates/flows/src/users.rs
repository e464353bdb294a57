//! Making accounts: what every way to one has in common.

use std::collections::BTreeSet;

use postern_domain::audit::{Action, By};
use postern_domain::{
    Email, InstanceRight, PersonName, Plain, Refusal, StandardClaims, User, UserId, UserState, Username,
};
use postern_storage::users::{self, Taken};
use postern_storage::{StorageError, Tx, passwords, sessions};

use crate::audit::{self, Entry};
use crate::mail::{self, PasswordChange};
use crate::{App, FieldErrors, FormRefusal, notices, password, recovery};

pub(crate) mod acts;

/// An account as somebody typed it.
#[derive(Clone, Default)]
pub struct NewUser {
    /// `username`
    pub username: String,
    /// `email`
    pub email: String,
    /// `name`; the user name stands in for an empty one.
    pub name: String,
    /// `password`; without one nobody can sign in until one is set.
    pub password: Option<Plain>,
}

const EMAIL_TAKEN: &str = "Another account has this e-mail.";

/// What an account is from its first day.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// Whether the address counts as verified.
    pub email_verified: bool,
    /// What the person may do in the whole instance.
    pub rights: BTreeSet<InstanceRight>,
    /// What is known of the person beside name and e-mail.
    pub claims: StandardClaims,
}

/// An account that is ready to be kept: everything of it was checked and its password hashed.
#[derive(Clone)]
pub(crate) struct Prepared {
    pub(crate) user: User,
    hash: Option<String>,
    act: Entry,
}

/// Makes an account on an operator's word.
///
/// # Errors
/// [`FormRefusal`] names the fields that cannot be taken.
pub async fn create(app: &App, new: &NewUser, standing: Standing) -> Result<User, FormRefusal> {
    create_by(app, By::Operator, new, standing, false).await
}

/// Makes an account on somebody else's word: with the password that is in `new`, or, where its owner is invited, with a link
/// to choose one, which is written to their address.
///
/// # Errors
/// [`FormRefusal`] names the fields that cannot be taken.
pub(crate) async fn create_by(
    app: &App,
    by: By,
    new: &NewUser,
    standing: Standing,
    is_invited: bool,
) -> Result<User, FormRefusal> {
    let prepared = prepare(app, new, standing).await?.made_by(app, by);
    let user = prepared.user.clone();
    // Strangers may say an address that somebody else has; whoever makes accounts for others is told of it.
    if !user.email_verified && users::find_by_identifier(&app.db, user.email.as_str()).await?.is_some() {
        return Err(FieldErrors::one("email", EMAIL_TAKEN).into());
    }
    let link = if is_invited { Some(recovery::invitation(app, &user, by)?) } else { None };
    let kept = app.db.write((prepared, link), |tx, (prepared, link)| {
        Box::pin(async move {
            insert(tx, prepared).await?;
            match link {
                Some(link) => recovery::keep(tx, link).await,
                None => Ok(()),
            }
        })
    });
    match kept.await {
        Ok(()) => Ok(user),
        Err(error) => Err(taken(&error).map_or_else(|| error.into(), Into::into)),
    }
}

/// The account that an operator means by an id, a user name or an e-mail address.
///
/// # Errors
/// `not_found` if there is none.
pub async fn find_named(app: &App, name: &str) -> Result<User, Refusal> {
    let found = match name.parse::<UserId>() {
        Ok(id) => users::find(&app.db, id).await?,
        Err(_) => users::find_by_identifier(&app.db, name).await?,
    };
    found.ok_or_else(|| Refusal::not_found(format!("there is no account “{name}”")))
}

/// Gives an account another password on an operator's word, and signs it out everywhere. Answers in how many places that
/// was.
///
/// # Errors
/// [`FormRefusal`] says what is wrong with the password.
pub async fn set_password(app: &App, user: &User, new: &Plain) -> Result<u64, FormRefusal> {
    let known = known(app, user.username.as_str(), user.email.as_str(), user.name.as_str());
    let judged = password::judge(app, new.reveal(), known).await?;
    let new = judged.map_err(|weakness| FieldErrors::one("password", weakness))?;
    let hash = app.hashing.slot().await?.hash(app, &new).await?;
    let act = acts::entry(app, By::Operator, Action::USER_PASSWORD_SET, user);
    let notice = notices::password_changed(app, user, PasswordChange::Operator)?;
    let ended: Result<u64, Refusal> = app
        .db
        .write((user.id, hash, app.clock.now(), act, notice), |tx, (id, hash, now, act, notice)| {
            Box::pin(async move {
                passwords::set(tx, *id, hash, None, *now).await?;
                audit::act(tx, act).await?;
                mail::queue_all(tx, notice.as_slice()).await?;
                Ok(sessions::end_others(tx, *id, None, *now).await?)
            })
        })
        .await;
    Ok(ended?)
}

/// Checks an account and hashes its password.
pub(crate) async fn prepare(app: &App, new: &NewUser, standing: Standing) -> Result<Prepared, FormRefusal> {
    let (user, password) = check(app, new, standing).await?;
    let hash = match password {
        Some(password) => Some(app.hashing.slot().await?.hash(app, &password).await?),
        None => None,
    };
    // Unless somebody else does, people make their accounts themselves.
    let act = made(app, By::user(user.id), &user);
    Ok(Prepared { user, hash, act })
}

impl Prepared {
    /// The same as made by somebody else.
    fn made_by(self, app: &App, by: By) -> Self {
        Self { act: made(app, by, &self.user), ..self }
    }
}

fn made(app: &App, by: By, user: &User) -> Entry {
    acts::entry(app, by, Action::USER_MADE, user).after(acts::facts(user))
}

/// Keeps a prepared account.
pub(crate) async fn insert(tx: &Tx, prepared: &Prepared) -> Result<(), StorageError> {
    users::insert(tx, &prepared.user, prepared.hash.as_deref()).await?;
    audit::act(tx, &prepared.act).await
}

/// Which field another account's value stands in the way of.
pub(crate) fn taken(error: &StorageError) -> Option<FieldErrors> {
    Some(match Taken::of(error)? {
        Taken::Username => FieldErrors::one("username", "Another account has this user name."),
        Taken::Email => FieldErrors::one("email", EMAIL_TAKEN),
    })
}

async fn check(app: &App, new: &NewUser, standing: Standing) -> Result<(User, Option<Plain>), FormRefusal> {
    let mut errors = FieldErrors::none();
    let username = errors.take("username", Username::parse(&new.username));
    let email = errors.take("email", Email::parse(&new.email));
    let name = errors.take("name", PersonName::parse(name_or(&new.name, &new.username)));
    let password = match &new.password {
        Some(password) => {
            let known = known(app, &new.username, &new.email, &new.name);
            match password::judge(app, password.reveal(), known).await? {
                Ok(password) => Some(password),
                Err(weakness) => {
                    errors.add("password", weakness);
                    None
                }
            }
        }
        None => None,
    };
    let (Some(username), Some(email), Some(name), true) = (username, email, name, errors.is_empty()) else {
        // An empty user name is wrong once, not also as a name.
        errors.0.retain(|error| error.field != "name" || !new.name.trim().is_empty());
        return Err(errors.into());
    };
    let now = app.clock.now();
    let user = User {
        id: app.new_id(),
        email,
        email_verified: standing.email_verified,
        username,
        name,
        claims: standing.claims,
        rights: standing.rights,
        state: UserState::Active,
        created_at: now,
        updated_at: now,
        password_changed_at: now,
        deletes_at: None,
    };
    Ok((user, password))
}

/// The name, or the user name where the person gave none.
pub(crate) fn name_or<'a>(name: &'a str, username: &'a str) -> &'a str {
    if name.trim().is_empty() { username } else { name }
}

/// What a guesser would try first.
pub(crate) fn known(app: &App, username: &str, email: &str, name: &str) -> Vec<String> {
    let local = email.split('@').next().unwrap_or_default();
    let (words, brand) = (name.split_whitespace(), app.brand());
    [username, email, local, name, brand.name.as_str()]
        .into_iter()
        .chain(words)
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
        .collect()
}

/// A refusal of the database, or the fields that are taken.
pub(crate) fn form_refusal(refusal: Refusal) -> FormRefusal {
    let cause = refusal.cause.as_ref().and_then(|cause| cause.downcast_ref::<StorageError>());
    cause.and_then(taken).map_or_else(|| refusal.into(), Into::into)
}

#[cfg(test)]
mod tests;
