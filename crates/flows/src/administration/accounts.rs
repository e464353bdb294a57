use std::collections::BTreeSet;

use postern_domain::audit::Action;
use postern_domain::{InstanceRight, Refusal, Timestamp, User, UserId, UserState};
use postern_storage::users::{self, Search};
use postern_storage::{Tx, sessions};
use serde_json::json;

use crate::audit::Entry;
use crate::users::acts;
use crate::{Actor, App, Paging, Slice, audit, second_factor};

/// What is to change of an account; what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountChange {
    /// Whether it can be used.
    pub state: Option<UserState>,
    /// What the person may do in the whole instance: these rights and no others.
    pub rights: Option<BTreeSet<InstanceRight>>,
}

/// A part of all accounts: the newest first or, where it is said how they begin, by user name and then by address. An id finds
/// the one account that has it.
///
/// # Errors
/// `insufficient_scope` without `users:manage`; `invalid_request` for a cursor of another list.
pub async fn accounts(
    app: &App,
    actor: &Actor,
    search: &Search,
    paging: &Paging,
) -> Result<Slice<User>, Refusal> {
    actor.needs_right(InstanceRight::UsersManage)?;
    let begin = search.begin.as_deref().map(str::trim).filter(|begin| !begin.is_empty());
    if let Some(id) = begin.and_then(|begin| begin.parse::<UserId>().ok()) {
        let items = users::find(&app.db, id).await?.into_iter().collect();
        return Ok(Slice { items, next: None });
    }
    // People write user names with and without the sign for them.
    let begin = begin.map(|begin| begin.strip_prefix('@').unwrap_or(begin).to_owned());
    let search = Search { begin, only: search.only };
    let list = format!("accounts {search:?}");
    let after = match paging.after(app, &list)? {
        Some(text) => Some(text.parse().map_err(Refusal::invalid_request)?),
        None => None,
    };
    let found = users::list(&app.db, &search, after.as_ref(), paging.with_one_more()).await?;
    Ok(paging.slice(app, &list, found, |user| search.place(user).to_string()))
}

/// An account.
///
/// # Errors
/// `insufficient_scope` without `users:manage`; `not_found`.
pub async fn account(app: &App, actor: &Actor, id: UserId) -> Result<User, Refusal> {
    actor.needs_right(InstanceRight::UsersManage)?;
    users::find(&app.db, id).await?.ok_or_else(no_account)
}

/// Opens or closes an account, and says which rights it has. Of a closed one no token works from then on, and its sessions
/// are over. The instance keeps an administrator.
///
/// # Errors
/// `insufficient_scope` without `users:manage`, and without `instance:admin` for rights and for whoever has that right;
/// `conflict` for closing one's own account, and for the last administrator; `not_found`.
pub async fn change_account(
    app: &App,
    actor: &Actor,
    id: UserId,
    change: &AccountChange,
) -> Result<User, Refusal> {
    let user = reached(app, actor, id).await?;
    let state = change.state.filter(|state| *state != user.state);
    let rights = change.rights.clone().filter(|rights| *rights != user.rights);
    if change.rights.is_some() {
        actor.needs_right(InstanceRight::InstanceAdmin)?;
    }
    let is_own = actor.person().is_some_and(|person| person.id == id);
    if state == Some(UserState::Disabled) && is_own {
        return Err(Refusal::conflict("nobody closes their own account; ask another administrator"));
    }
    if state.is_none() && rights.is_none() {
        return Ok(user);
    }
    let now = app.clock.now();
    let entry = |action| acts::entry(app, actor.by(), action, &user);
    let state = state.map(|state| {
        let act = entry(Action::USER_STATE_SET);
        (state, act.changed(json!({ "state": user.state }), json!({ "state": state })))
    });
    let rights = rights.map(|rights| {
        let act = entry(Action::USER_RIGHTS_SET);
        let act = act.changed(json!({ "rights": user.rights }), json!({ "rights": rights }));
        (rights, act)
    });
    let changes = Changes { id, administers: user.administers(), state, rights, now };
    let done: Result<(), Refusal> =
        app.db.write(changes.clone(), |tx, changes| Box::pin(make(tx, changes))).await;
    done?;
    tracing::info!(user_id = %id, "an administrator changed an account");
    Ok(User {
        state: changes.state.map_or(user.state, |(state, _)| state),
        rights: changes.rights.map_or(user.rights, |(rights, _)| rights),
        updated_at: now,
        ..user
    })
}

/// Changes that are ready to be made, each with what is written down of it.
#[derive(Clone)]
struct Changes {
    id: UserId,
    /// Whether it is an administrator's that can be used.
    administers: bool,
    state: Option<(UserState, Entry)>,
    rights: Option<(BTreeSet<InstanceRight>, Entry)>,
    now: Timestamp,
}

async fn make(tx: &Tx, changes: &Changes) -> Result<(), Refusal> {
    let Changes { id, administers, state, rights, now } = changes;
    let closes = matches!(state, Some((UserState::Disabled, _)));
    let demotes = rights.as_ref().is_some_and(|(rights, _)| !rights.contains(&InstanceRight::InstanceAdmin));
    if closes || demotes {
        // Held until the end of the change, so that one stays whatever others do at once.
        if *administers && !users::another_has_right_now(tx, *id, InstanceRight::InstanceAdmin).await? {
            return Err(Refusal::conflict(
                "this is the last administrator of the server; give another account the right instance:admin first",
            ));
        }
    }
    if let Some((state, act)) = state {
        if !users::set_state(tx, *id, *state, *now).await? {
            return Err(no_account());
        }
        audit::act(tx, act).await?;
    }
    if let Some((rights, act)) = rights {
        if !users::set_rights(tx, *id, rights, *now).await? {
            return Err(no_account());
        }
        audit::act(tx, act).await?;
    }
    if closes {
        sessions::end_others(tx, *id, None, *now).await?;
    }
    if rights.is_some() {
        // Nobody acts as an administrator, nor as others without being one.
        sessions::end_impersonations_of(tx, *id, *now).await?;
        sessions::end_impersonations_by(tx, *id, *now).await?;
    }
    Ok(())
}

/// Signs an account out everywhere; its tokens and connected apps keep their access. Answers in how many places that was.
///
/// # Errors
/// `insufficient_scope` without `users:manage`, and without `instance:admin` for whoever has that right; `not_found`.
pub async fn sign_out(app: &App, actor: &Actor, id: UserId) -> Result<u64, Refusal> {
    let user = reached(app, actor, id).await?;
    let act = acts::entry(app, actor.by(), Action::SESSION_REVOKED, &user);
    let now = app.clock.now();
    let ended: Result<u64, Refusal> = app
        .db
        .write((id, act), move |tx, (id, act)| {
            Box::pin(async move {
                let ended = sessions::end_others(tx, *id, None, now).await?;
                if ended > 0 {
                    audit::act(tx, &act.clone().after(json!({ "signed_out": ended }))).await?;
                }
                Ok(ended)
            })
        })
        .await;
    let ended = ended?;
    tracing::info!(user_id = %id, ended, "an administrator signed an account out everywhere");
    Ok(ended)
}

/// Removes the second factors of an account whose owner has lost them, and signs it out everywhere.
///
/// # Errors
/// `insufficient_scope` without `users:manage`; `forbidden` for who is more than an administrator of users, unless the
/// actor is too; `not_found`, also if there is none.
pub async fn reset_factors(app: &App, actor: &Actor, id: UserId) -> Result<(), Refusal> {
    let user = reached(app, actor, id).await?;
    second_factor::reset(app, &user, actor.by()).await
}

/// An account that the actor may do something to: administrators of users leave those of the instance alone.
async fn reached(app: &App, actor: &Actor, id: UserId) -> Result<User, Refusal> {
    let user = account(app, actor, id).await?;
    if user.rights.contains(&InstanceRight::InstanceAdmin) {
        actor.needs_right(InstanceRight::InstanceAdmin)?;
    }
    Ok(user)
}

fn no_account() -> Refusal {
    Refusal::not_found("there is no such account")
}

#[cfg(test)]
mod tests;
