use postern_domain::{
    AuthMethodReference, Organization, Refusal, Said, Session, Timestamp, User, UserId, said,
};
use postern_storage::{Tx, organizations, recovery_codes, second_factors};

use crate::{App, RequiredOf};

/// What somebody who is signed in has to do before they can go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owed {
    /// Set up a second factor.
    SetUp,
    /// Prove who they are by the one they have, without which their session was begun.
    Prove,
}

/// What this server asks of somebody before anything else.
///
/// # Errors
/// `temporarily_unavailable` or `server_error` if the database fails.
pub async fn owed(app: &App, user: &User, session: &Session) -> Result<Option<Owed>, Refusal> {
    if is_asked_of(app, user) { owed_by(app, session).await } else { Ok(None) }
}

/// What an organization asks of one of its members before they act in it.
///
/// # Errors
/// `temporarily_unavailable` or `server_error` if the database fails.
pub async fn owed_to(
    app: &App,
    organization: &Organization,
    session: &Session,
) -> Result<Option<Owed>, Refusal> {
    if organization.policy.members_need_second_factor { owed_by(app, session).await } else { Ok(None) }
}

async fn owed_by(app: &App, session: &Session) -> Result<Option<Owed>, Refusal> {
    if session.impersonator.is_some() {
        // Whoever acts as them has proved it of themselves, and can't set one up for them.
        return Ok(None);
    }
    if !app.has_second_factor(session.user_id).await? {
        return Ok(Some(Owed::SetUp));
    }
    Ok((!session.amr.contains(&AuthMethodReference::Mfa)).then_some(Owed::Prove))
}

/// Whether this server asks somebody for a second factor. Of administrators, it asks whoever has any right over it.
pub(crate) fn is_asked_of(app: &App, user: &User) -> bool {
    match app.config.second_factor.required_of {
        RequiredOf::Nobody => false,
        RequiredOf::Administrators => !user.rights.is_empty(),
        RequiredOf::Everybody => true,
    }
}

/// Whether an organization asks its members for a second factor, and this one has none.
pub(crate) async fn is_missing(
    app: &App,
    organization: &Organization,
    member: UserId,
) -> Result<bool, Refusal> {
    Ok(organization.policy.members_need_second_factor && !app.has_second_factor(member).await?)
}

/// The answer to a member who has none.
pub(crate) fn missing() -> Refusal {
    Refusal::forbidden(
        "the organization asks its members for a second factor, and the account has none; set one up under Settings, \
         Security",
    )
}

/// Why somebody has to keep their last second factor, if they have to.
///
/// # Errors
/// `temporarily_unavailable` or `server_error` if the database fails.
pub async fn why_kept(app: &App, user: &User) -> Result<Option<Said>, Refusal> {
    if is_asked_of(app, user) {
        return Ok(Some(by_server()));
    }
    let mine = organizations::of_user(&app.db, user.id).await?;
    Ok(by_organization(mine.iter().map(|(organization, _)| organization)))
}

fn by_server() -> Said {
    said("This server asks you for a second factor. Set up another one before you remove the last.")
}

fn by_organization<'a>(mut mine: impl Iterator<Item = &'a Organization>) -> Option<Said> {
    let asks = mine.find(|organization| organization.policy.members_need_second_factor)?;
    let sentence = said(
        "{organization} asks its members for a second factor. Set up another one before you remove the last, or leave the organization.",
    );
    Some(sentence.with("organization", asks.name.as_str()))
}

/// Who removes a second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Removal {
    /// Somebody who helps an owner who has lost theirs.
    Reset,
    /// The owner, of whom this server asks for one or does not.
    Own {
        /// Whether it does.
        is_asked: bool,
    },
}

impl Removal {
    /// By the owner.
    pub(crate) fn own(app: &App, user: &User) -> Self {
        Self::Own { is_asked: is_asked_of(app, user) }
    }

    /// Looks at what is left of an account's second factors after one was removed. With the last go the recovery codes that
    /// stand in for it. Answers whether it was the last.
    ///
    /// # Errors
    /// `conflict` that says who asks for it, if the last one has to stay.
    pub(crate) async fn done(self, tx: &Tx, user: UserId, now: Timestamp) -> Result<bool, Refusal> {
        if second_factors::exist(tx, user).await? {
            return Ok(false);
        }
        let kept = match self {
            Self::Reset => None,
            Self::Own { is_asked: true } => Some(by_server()),
            Self::Own { is_asked: false } => {
                by_organization(organizations::of_user_now(tx, user).await?.iter())
            }
        };
        if let Some(why) = kept {
            return Err(Refusal::conflict(why.to_string()));
        }
        recovery_codes::replace(tx, user, &[], now).await?;
        Ok(true)
    }
}
