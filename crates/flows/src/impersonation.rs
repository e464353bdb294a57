//! An administrator acts as somebody else, in a session of its own that says so.
//!
//! The session is short, begins only after a fresh sign-in and with a reason, and rests on the administrator's own one: that
//! one goes on when it ends, and takes it along when it ends itself. What is done in it is written down of both.

use std::sync::Arc;

use postern_domain::audit::{Action, By};
use postern_domain::{
    Impersonator, InstanceRight, Refusal, Session, SessionId, Timestamp, TokenHash, User, UserId,
};
use postern_storage::{sessions, users};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::audit::Entry;
use crate::mail::{self, Outgoing};
use crate::sessions::{self as signed_in, Visit, cut};
use crate::users::acts;
use crate::{Actor, App, FieldErrors, FormRefusal, audit, notices};

/// Longest reason, in characters.
pub const LONGEST_REASON: usize = 300;

/// A session in which an administrator is to act as somebody else. Who may has been looked at.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Impersonation {
    session: Session,
    reason: String,
}

/// Who does what is done in a session.
#[derive(Clone, Debug)]
pub enum Acting {
    /// The person themselves.
    Themselves,
    /// An administrator as the person.
    Impersonator(Arc<User>),
    /// Nobody any more: whoever acted as the person may not do so now.
    Nobody,
}

/// Prepares that somebody acts as the person with this `id`, from their own session `here`, for a reason that they say.
///
/// # Errors
/// [`FormRefusal::Fields`] names `reason`; `insufficient_scope` without `instance:admin`; `forbidden` from an old sign-in, for
/// administrators, oneself and closed accounts; `not_found`.
pub async fn prepare(
    app: &App,
    actor: &Actor,
    here: &Session,
    id: UserId,
    reason: &str,
    visit: &Visit,
) -> Result<Impersonation, FormRefusal> {
    actor.needs_right(InstanceRight::InstanceAdmin)?;
    if here.impersonator.is_some() || !signed_in::is_fresh(app, here) {
        return Err(Refusal::forbidden("this takes a fresh sign-in of the administrator's own").into());
    }
    let user = users::find(&app.db, id).await?;
    let user = user.ok_or_else(|| Refusal::not_found("there is no such account"))?;
    may_be_impersonated(&user, here.user_id)?;
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > LONGEST_REASON || reason.chars().any(char::is_control) {
        let told = format!("Say why, in a line of up to {LONGEST_REASON} characters.");
        return Err(FieldErrors::one("reason", told).into());
    }
    let Some((_, own_end)) = signed_in::living(app, here.id).await? else {
        return Err(Refusal::login_required("the session has ended; sign in again").into());
    };
    let now = app.clock.now();
    let session = Session {
        id: app.new_id(),
        user_id: user.id,
        auth_time: now,
        amr: here.amr.clone(),
        created_at: now,
        last_seen_at: now,
        expires_at: now.plus(app.config.lifetimes.impersonation).min(own_end),
        user_agent: cut(&visit.user_agent),
        address: visit.address.to_string(),
        browser_id: Some(here.browser()),
        impersonator: Some(Impersonator { user_id: here.user_id, session_id: here.id }),
    };
    Ok(Impersonation { session, reason: reason.to_owned() })
}

/// Begins to act as somebody else: the browser's cookie was `replaced` by one with this `hash`, and the administrator's own
/// session rests beside it. The person is told by mail.
///
/// # Errors
/// `conflict` if the administrator's session is over, or one of the accounts is closed meanwhile; `temporarily_unavailable` or
/// `server_error` if the database fails. Nothing has begun then.
pub async fn begin(
    app: &App,
    hash: TokenHash,
    replaced: TokenHash,
    Impersonation { session, reason }: Impersonation,
) -> Result<(), Refusal> {
    let over = || Refusal::conflict("your own session ended meanwhile; sign in again");
    let by = session.impersonator.ok_or_else(over)?;
    let (Some(user), Some(administrator)) =
        (users::find(&app.db, session.user_id).await?, users::find(&app.db, by.user_id).await?)
    else {
        return Err(over());
    };
    may_be_impersonated(&user, by.user_id)?;
    if !administrator.administers() {
        return Err(over());
    }
    let until = session.expires_at;
    let act = acts::entry(app, By::acting_as(by.user_id, user.id), Action::USER_IMPERSONATED, &user)
        .after(json!({ "reason": reason, "until": until, "session": session.id }));
    let notice = notices::impersonated(app, &user, &administrator, &reason, until)?;
    let nobodys = signed_in::nobodys(app);
    let ids = (user.id, by.session_id);
    write(app, (hash, replaced, nobodys, session, act, notice)).await?;
    tracing::warn!(user_id = %ids.0, session = %ids.1, "an administrator acts as somebody else");
    Ok(())
}

type Beginning = (TokenHash, TokenHash, TokenHash, Session, Entry, Option<Outgoing>);

async fn write(app: &App, beginning: Beginning) -> Result<(), Refusal> {
    app.db
        .write(beginning, |tx, (hash, replaced, nobodys, session, act, notice)| {
            Box::pin(async move {
                let own = sessions::find_held(tx, *replaced).await?;
                let by = session.impersonator.map(|by| by.session_id);
                let own = own.filter(|own| Some(own.id) == by && own.impersonator.is_none());
                let Some(own) = own else {
                    return Err(Refusal::conflict("your own session ended meanwhile; sign in again"));
                };
                sessions::rest(tx, own.id, *nobodys, own.browser()).await?;
                sessions::insert(tx, *hash, session, "{}").await?;
                audit::act(tx, act).await?;
                Ok(mail::queue_all(tx, notice.as_slice()).await?)
            })
        })
        .await
}

/// Who does what is done in this session of `user`'s.
///
/// # Errors
/// `temporarily_unavailable` or `server_error` if the database fails.
pub async fn acting(app: &App, session: &Session, user: &User) -> Result<Acting, Refusal> {
    let Some(by) = session.impersonator else { return Ok(Acting::Themselves) };
    let administrator = app.user(by.user_id).await?.filter(|administrator| administrator.administers());
    Ok(match administrator {
        Some(administrator) if may_be_impersonated(user, by.user_id).is_ok() => {
            Acting::Impersonator(administrator)
        }
        _ => Acting::Nobody,
    })
}

/// What is written down where somebody stops to act as somebody else.
pub(crate) async fn ended(app: &App, session: &Session) -> Result<Option<Entry>, Refusal> {
    let Some(by) = session.impersonator else { return Ok(None) };
    let Some(user) = app.user(session.user_id).await? else { return Ok(None) };
    let by = By::acting_as(by.user_id, user.id);
    Ok(Some(acts::entry(app, by, Action::USER_IMPERSONATION_ENDED, &user)))
}

/// Ends every session in which somebody else acts as this person. Answers how many there were.
///
/// # Errors
/// `insufficient_scope` without `instance:admin`; `not_found`.
pub async fn end_all(app: &App, actor: &Actor, id: UserId) -> Result<u64, Refusal> {
    actor.needs_right(InstanceRight::InstanceAdmin)?;
    let user = users::find(&app.db, id).await?;
    let user = user.ok_or_else(|| Refusal::not_found("there is no such account"))?;
    let act = acts::entry(app, actor.by(), Action::USER_IMPERSONATION_ENDED, &user);
    let now: Timestamp = app.clock.now();
    app.db
        .write((id, act), move |tx, (id, act)| {
            Box::pin(async move {
                let ended = sessions::end_impersonations_of(tx, *id, now).await?;
                if ended > 0 {
                    audit::act(tx, &act.clone().after(json!({ "ended": ended }))).await?;
                }
                Ok(ended)
            })
        })
        .await
}

/// The administrators' own session that goes on when this one ends.
pub fn own_session(session: &Session) -> Option<SessionId> {
    session.impersonator.map(|by| by.session_id)
}

fn may_be_impersonated(user: &User, by: UserId) -> Result<(), Refusal> {
    if user.id == by {
        return Err(Refusal::forbidden("nobody acts as themselves"));
    }
    if user.rights.contains(&InstanceRight::InstanceAdmin) {
        return Err(Refusal::forbidden("nobody acts as an administrator of the server"));
    }
    if !user.is_active() {
        return Err(Refusal::forbidden("nobody acts as somebody whose account is closed"));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
