//! The end of an account: asked for by its person, taken back for some time, and what goes with it.

use std::sync::Arc;

use postern_domain::audit::{Action, By};
use postern_domain::{
    ClientOwner, ErrorCode, InstanceRight, Lifetime, Organization, OrganizationId, Refusal, Role, Session,
    Timestamp, User,
};
use postern_storage::{Tx, clients, organizations, sessions, tokens, users};
use serde_json::json;

use crate::audit::{self, Entry};
use crate::clients::{self as managed, Manager};
use crate::mail::{self, Outgoing};
use crate::organizations as teams;
use crate::sessions::is_fresh;
use crate::users::acts;
use crate::{Actor, App, FieldErrors, FormRefusal, notices};

/// How many rows go in one change.
const BATCH: u64 = 1_000;
/// For how long the end of an account is put off that cannot go yet.
const A_DAY: Lifetime = Lifetime::days(1);
/// How many members of an organization it takes to know that there are others.
const TWO: u64 = 2;

/// What goes with an account, and what is in the way of its end.
#[derive(Debug, Default)]
pub struct Consequences {
    /// Organizations nobody else belongs to: they are deleted.
    pub deleted: Vec<Organization>,
    /// Organizations that go on without the person.
    pub left: Vec<Organization>,
    /// Organizations that others belong to and nobody else owns: they come first.
    pub in_the_way: Vec<Organization>,
    /// How many clients of the person's own are deleted.
    pub clients: u64,
    /// Whether nobody else administers the instance.
    pub is_last_administrator: bool,
}

impl Consequences {
    /// That the account can go.
    ///
    /// # Errors
    /// `conflict` that says what has to be done first.
    pub fn check(&self) -> Result<(), Refusal> {
        if self.is_last_administrator {
            return Err(last_administrator());
        }
        match self.in_the_way.first() {
            Some(organization) => Err(only_owner(organization)),
            None => Ok(()),
        }
    }
}

/// What became of the wish to delete an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// It goes then, unless that is taken back.
    For(Timestamp),
    /// The person has to prove once more who they are.
    NeedsProof,
}

/// What would go with an account.
///
/// # Errors
/// `temporarily_unavailable` or `server_error` if the database fails.
pub async fn consequences(app: &App, user: &User) -> Result<Consequences, Refusal> {
    let mut found = Consequences {
        clients: clients::count(&app.db, Some(ClientOwner::User(user.id))).await?,
        is_last_administrator: is_last_administrator(app, user).await?,
        ..Consequences::default()
    };
    for (organization, role) in organizations::of_user(&app.db, user.id).await? {
        let (members, owners) = organizations::count_members(&app.db, organization.id, TWO).await?;
        match (members, role, owners) {
            (..TWO, ..) => found.deleted.push(organization),
            (_, Role::Owner, ..TWO) => found.in_the_way.push(organization),
            _ => found.left.push(organization),
        }
    }
    Ok(found)
}

/// Lets an account go after the time in which that can be taken back. `typed` is its user name, as a sign that it is
/// meant.
///
/// # Errors
/// [`FormRefusal::Fields`] if something else was typed; `conflict` if something has to be done first.
pub async fn ask(app: &App, user: &User, session: &Session, typed: &str) -> Result<Asked, FormRefusal> {
    if !is_fresh(app, session) {
        return Ok(Asked::NeedsProof);
    }
    if typed.trim() != user.username.as_str() {
        let told = format!("Type your user name exactly: {}.", user.username);
        return Err(FieldErrors::one("confirm", told).into());
    }
    consequences(app, user).await?.check()?;
    let at = app.clock.now().plus(app.config.lifetimes.account_deletion);
    let act = acts::entry(app, By::user(user.id), Action::USER_DELETION_ASKED, user)
        .after(json!({ "deletes_at": at }));
    let mail = notices::account_end(app, user, Some(at))?;
    set(app, user, Some(at), Some((act, mail))).await?;
    Ok(Asked::For(at))
}

/// Keeps an account that was to be deleted.
///
/// # Errors
/// `not_found` if it is gone.
pub async fn take_back(app: &App, user: &User) -> Result<(), Refusal> {
    if user.deletes_at.is_none() {
        return Ok(());
    }
    let act = acts::entry(app, By::user(user.id), Action::USER_DELETION_TAKEN_BACK, user);
    set(app, user, None, Some((act, None))).await
}

/// Deletes an account now, on the word of whoever administers the instance.
///
/// # Errors
/// `insufficient_scope` without `instance:admin`; `conflict` for one's own account, or if something has to be done first;
/// `not_found` if it is gone.
pub async fn delete(app: &App, actor: &Actor, user: &User) -> Result<(), Refusal> {
    actor.needs_right(InstanceRight::InstanceAdmin)?;
    if actor.person().is_some_and(|person| person.id == user.id) {
        return Err(Refusal::conflict(
            "an administrator deletes others' accounts here; ask for the end of your own in its settings",
        ));
    }
    remove(app, actor, user).await
}

/// Deletes the accounts whose time has come. Of one that cannot go yet the time is put off by a day.
///
/// # Errors
/// [`Refusal`] if the database fails; what is left goes with the next pass.
pub(crate) async fn delete_due(app: &App) -> Result<u64, Refusal> {
    let mut gone = 0;
    loop {
        let due = users::due_for_deletion(&app.db, app.clock.now(), BATCH).await?;
        if due.is_empty() {
            return Ok(gone);
        }
        for user in due {
            let person = Arc::new(user);
            match remove(app, &Actor::signed_in(app, &person), &person).await {
                Ok(()) => gone += 1,
                Err(refusal) if refusal.code != ErrorCode::Conflict => return Err(refusal),
                Err(refusal) => {
                    tracing::warn!(user_id = %person.id, %refusal, "an account that is to be deleted has to wait");
                    let tomorrow = app.clock.now().plus(A_DAY);
                    set(app, &person, Some(tomorrow), None).await?;
                }
            }
        }
    }
}

/// Sets when an account goes, and writes down who wanted it; without somebody who did, the server only puts it off.
async fn set(
    app: &App,
    user: &User,
    at: Option<Timestamp>,
    wanted: Option<(Entry, Option<Outgoing>)>,
) -> Result<(), Refusal> {
    let set: Result<bool, Refusal> = app
        .db
        .write((user.id, at, wanted), |tx, (id, at, wanted)| {
            Box::pin(async move {
                let was_there = users::set_deletes_at(tx, *id, *at).await?;
                if let Some((act, mail)) = wanted.as_ref().filter(|_| was_there) {
                    audit::act(tx, act).await?;
                    mail::queue_all(tx, mail.as_slice()).await?;
                }
                Ok(was_there)
            })
        })
        .await;
    if set? { Ok(()) } else { Err(gone()) }
}

/// Deletes an account. Large ones go in parts, so that nobody waits for long; the account itself goes last.
async fn remove(app: &App, actor: &Actor, user: &User) -> Result<(), Refusal> {
    let consequences = consequences(app, user).await?;
    consequences.check()?;
    managed::delete_all_of(app, Manager::Actor(actor), ClientOwner::User(user.id)).await?;
    for organization in &consequences.deleted {
        teams::delete_found(app, actor, organization).await?;
    }
    while app.db.write(user.id, |tx, id| Box::pin(tokens::delete_of_user(tx, *id, BATCH))).await? {}
    let act = acts::entry(app, actor.by(), Action::USER_DELETED, user).before(acts::facts(user));
    let owned = consequences.left.iter().map(|organization| organization.id).collect();
    let mail = notices::account_end(app, user, None)?;
    let input = Last { user: user.clone(), organizations: owned, act, mail, now: app.clock.now() };
    if !app.db.write(input, |tx, last| Box::pin(last_part(tx, last))).await? {
        return Err(gone());
    }
    tracing::info!(user_id = %user.id, "an account was deleted");
    Ok(())
}

struct Last {
    user: User,
    organizations: Vec<OrganizationId>,
    act: Entry,
    mail: Option<Outgoing>,
    now: Timestamp,
}

/// The account itself, if nobody who stays is left without an owner or an administrator meanwhile.
async fn last_part(tx: &Tx, last: &Last) -> Result<bool, Refusal> {
    let id = last.user.id;
    for organization in &last.organizations {
        let owners = organizations::owners_now(tx, *organization).await?;
        if owners == 1 && organizations::role_now(tx, *organization, id).await? == Some(Role::Owner) {
            return Err(Refusal::conflict("you became the only owner of an organization; begin again"));
        }
    }
    if last.user.administers() && !users::another_has_right_now(tx, id, InstanceRight::InstanceAdmin).await? {
        return Err(last_administrator());
    }
    // Their clients are told, while it is still known of which sessions.
    sessions::end_others(tx, id, None, last.now).await?;
    let was_there = users::delete(tx, id).await?;
    if was_there {
        audit::act(tx, &last.act).await?;
        mail::queue_all(tx, last.mail.as_slice()).await?;
    }
    Ok(was_there)
}

async fn is_last_administrator(app: &App, user: &User) -> Result<bool, Refusal> {
    let right = InstanceRight::InstanceAdmin;
    Ok(user.administers() && !users::another_has_right(&app.db, user.id, right).await?)
}

fn last_administrator() -> Refusal {
    Refusal::conflict("nobody else administers this server; make somebody else an administrator first")
}

fn only_owner(organization: &Organization) -> Refusal {
    Refusal::conflict(format!(
        "nobody else owns the organization “{}”, and others belong to it; make one of them an owner first, or delete it",
        organization.slug
    ))
}

fn gone() -> Refusal {
    Refusal::not_found("there is no such account")
}

#[cfg(test)]
mod tests;
