//! What people change of their own account.

mod standard_claims;

use postern_domain::audit::{Action, By};
use postern_domain::{Email, Lifetime, OwnPath, PersonName, Refusal, Session, User, Username};
use postern_storage::users::{self, Profile};
use serde_json::json;

use crate::budget::{self, Budget, NoTry};
use crate::users::{acts, form_refusal, name_or};
use crate::{App, FieldErrors, FormRefusal, audit, email_verification, mail, notices, sessions};

/// The span of the budget of other names and addresses.
const WINDOW: Lifetime = Lifetime::seconds(3_600);

use standard_claims::taken;
pub use standard_claims::{TypedClaims, claims_of, read as read_claims};

/// A profile as somebody typed it.
#[derive(Clone, Debug, Default)]
pub struct NewProfile {
    /// `username`
    pub username: String,
    /// `email`
    pub email: String,
    /// `name`; the user name stands in for an empty one.
    pub name: String,
    /// What else they say of themselves.
    pub claims: TypedClaims,
}

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is done.
    Saved,
    /// The e-mail is not changed on the word of an old sign-in: the person has to prove once more who they are.
    NeedsProof,
}

/// Changes somebody's profile. Another e-mail wants a fresh proof, which only a session can be, and counts as not
/// verified until the link that is written to it was opened.
///
/// # Errors
/// [`FormRefusal`] names the fields that cannot be taken.
pub async fn change(
    app: &App,
    user: &User,
    session: Option<&Session>,
    new: &NewProfile,
) -> Result<Outcome, FormRefusal> {
    let mut errors = FieldErrors::none();
    let name = errors.take("name", PersonName::parse(name_or(&new.name, user.username.as_str())));
    let username = errors.take("username", Username::parse(&new.username));
    let email = errors.take("email", Email::parse(&new.email));
    let claims = taken(&user.claims, &new.claims, &mut errors);
    let (Some(name), Some(username), Some(email), true) = (name, username, email, errors.is_empty()) else {
        return Err(errors.into());
    };
    if email.key() != user.email.key() && !session.is_some_and(|session| sessions::is_fresh(app, session)) {
        return Ok(Outcome::NeedsProof);
    }
    // Who has which name or address is not to be found out by trying.
    if email.key() != user.email.key() || username.key() != user.username.key() {
        let limit = app.config.rate_limits.registration;
        let budget = Budget::new(app, "profile", user.id.0.as_bytes(), limit, WINDOW);
        budget::take(app, vec![budget]).await.map_err(too_many)?;
    }
    // Without a name of their own people go by their user name, also by the new one.
    let name =
        if new.name.trim().is_empty() { PersonName::parse(username.as_str()).unwrap_or(name) } else { name };
    let described =
        json!({ "username": user.username, "email": user.email, "name": user.name, "claims": [] });
    let changed = standard_claims::differing(&user.claims, &claims);
    let new = json!({ "username": username, "email": email, "name": name, "claims": changed });
    let act = acts::entry(app, session.map_or(By::user(user.id), Session::by), Action::USER_CHANGED, user)
        .changed(described, new);
    let link = match email.key() == user.email.key() {
        true => None,
        false => {
            let changed = User { email: email.clone(), name: name.clone(), ..user.clone() };
            Some((
                email_verification::prepare(app, &changed, &OwnPath::home())?,
                notices::email_changed(app, user)?,
            ))
        }
    };
    let (profile, now) = (Profile { email, username, name, claims }, app.clock.now());
    let changed: Result<bool, Refusal> = app
        .db
        .write((user.id, profile, now, act, link), |tx, (id, profile, now, act, link)| {
            Box::pin(async move {
                let was_there = users::update_profile(tx, *id, profile, *now).await?;
                if was_there {
                    audit::act(tx, act).await?;
                    if let Some((link, notice)) = link {
                        email_verification::keep(tx, link).await?;
                        mail::queue_all(tx, notice.as_slice()).await?;
                    }
                }
                Ok(was_there)
            })
        })
        .await;
    match changed.map_err(form_refusal)? {
        true => Ok(Outcome::Saved),
        false => Err(Refusal::not_found("the account is gone").into()),
    }
}

fn too_many(no: NoTry) -> FormRefusal {
    FormRefusal::Refused(no.into_refusal("you changed your user name or e-mail too often;"))
}

#[cfg(test)]
mod tests;
