use std::sync::Arc;

use postern_domain::audit::Action;
use postern_domain::{
    Capability, InstanceRight, Membership, OrganizationId, Refusal, Role, Subject, Timestamp, User, UserId,
};
use postern_storage::{Tx, organizations};
use serde_json::json;
use uuid::Uuid;

use super::acts;
use super::leave::end_what_they_set_up;
use crate::audit::{self, Entry};
use crate::{Actor, App, Paging, Slice};

/// Somebody who belongs to an organization.
#[derive(Clone, Debug)]
pub struct Member {
    /// The person.
    pub user: Arc<User>,
    /// What they are there, and since when.
    pub membership: Membership,
}

/// The members of an organization, those who are there longest first.
///
/// # Errors
/// Those of [`Actor::may`] for `members:read`; `invalid_request` for a cursor that is none of this list.
pub async fn members(
    app: &App,
    actor: &Actor,
    organization: OrganizationId,
    paging: &Paging,
) -> Result<Slice<Member>, Refusal> {
    actor.may(app, organization, Capability::See, "members:read").await?;
    let list = format!("members of {organization}");
    let after = paging.after(app, &list)?.as_deref().and_then(read_key);
    let found = organizations::members(&app.db, organization, after, paging.with_one_more()).await?;
    let slice = paging.slice(app, &list, found, |it| format!("{} {}", it.created_at.0, it.user_id));
    let mut items = Vec::with_capacity(slice.items.len());
    for membership in slice.items {
        if let Some(user) = app.user(membership.user_id).await? {
            items.push(Member { user, membership });
        }
    }
    Ok(Slice { items, next: slice.next })
}

fn read_key(key: &str) -> Option<(Timestamp, UserId)> {
    let (at, user) = key.split_once(' ')?;
    Some((Timestamp(at.parse().ok()?), user.parse().ok()?))
}

/// Adds a member without an invitation, or gives one who is there this role.
///
/// # Errors
/// `insufficient_scope` for anybody but administrators of the instance: others invite.
pub async fn add(
    app: &App,
    actor: &Actor,
    organization: OrganizationId,
    user: UserId,
    role: Role,
) -> Result<(), Refusal> {
    actor.needs_right(InstanceRight::InstanceAdmin)?;
    let created_at = app.clock.now();
    let member = Membership { organization_id: organization, user_id: user, role, created_at };
    let act = acts::on_member(app, actor, Action::MEMBER_ADDED, organization, user).await?;
    let input = (app.new_id(), member, act.after(json!({ "role": role })));
    let added: Result<bool, Refusal> = app
        .db
        .write(input, |tx, (id, member, act): &(Uuid, Membership, Entry)| {
            Box::pin(async move {
                let is_new = organizations::add_member(tx, *id, member).await?;
                if is_new {
                    audit::act(tx, act).await?;
                }
                Ok(is_new)
            })
        })
        .await;
    if added? { Ok(()) } else { set_role(app, actor, organization, user, role).await }
}

/// Makes a member something else.
///
/// # Errors
/// Those of [`Actor::may`] for `members:write`; `forbidden` if owners are touched by who is none; `conflict` where the
/// last owner would be lost; `not_found` if the person is no member.
pub async fn set_role(
    app: &App,
    actor: &Actor,
    organization: OrganizationId,
    user: UserId,
    role: Role,
) -> Result<(), Refusal> {
    actor.may(app, organization, Capability::ManageMembers, "members:write").await?;
    if role == Role::Owner {
        actor.may(app, organization, Capability::ManageOwners, "members:write").await?;
    }
    apply(app, actor, organization, user, Some(role)).await
}

/// Takes a member out. Members may take themselves out.
///
/// # Errors
/// Those of [`Actor::may`] for `members:write`; `forbidden` if an owner is to be removed by who is none; `conflict` for
/// the last owner; `not_found` if the person is no member.
pub async fn remove(
    app: &App,
    actor: &Actor,
    organization: OrganizationId,
    user: UserId,
) -> Result<(), Refusal> {
    let is_self = actor.permit().is_some_and(|permit| permit.subject == Subject::User(user));
    let capability = if is_self { Capability::See } else { Capability::ManageMembers };
    actor.may(app, organization, capability, "members:write").await?;
    apply(app, actor, organization, user, None).await
}

/// A change of one membership.
struct Change {
    organization: OrganizationId,
    user: UserId,
    /// What they become; `None` is nothing any more.
    role: Option<Role>,
    /// Whether owners may be touched.
    owners_too: bool,
    by: Option<UserId>,
    now: Timestamp,
    act: Entry,
}

async fn apply(
    app: &App,
    actor: &Actor,
    organization: OrganizationId,
    user: UserId,
    role: Option<Role>,
) -> Result<(), Refusal> {
    let as_owner = actor.may(app, organization, Capability::ManageOwners, "members:write").await;
    let action = if role.is_some() { Action::MEMBER_ROLE_SET } else { Action::MEMBER_REMOVED };
    let change = Change {
        act: acts::on_member(app, actor, action, organization, user).await?,
        organization,
        user,
        role,
        owners_too: as_owner.is_ok(),
        by: actor.person().map(|person| person.id),
        now: app.clock.now(),
    };
    let done: Result<(), Refusal> = app.db.write(change, |tx, change| Box::pin(make(tx, change))).await;
    done?;
    tracing::info!(%organization, %user, role = role.map(Role::as_str), "a membership was changed");
    Ok(())
}

/// What the person is is read in the change itself, so that two who act at once cannot leave an organization without
/// owner.
async fn make(tx: &Tx, change: &Change) -> Result<(), Refusal> {
    let Change { organization, user, role, owners_too, by, now, act } = change;
    // First of all, so that changes of one organization wait for each other here.
    let owners = organizations::owners_now(tx, *organization).await?;
    let Some(before) = organizations::role_now(tx, *organization, *user).await? else {
        return Err(Refusal::not_found("the person is no member of the organization"));
    };
    if before == Role::Owner && *role != Some(Role::Owner) {
        if !owners_too {
            return Err(Refusal::forbidden("this takes an owner of the organization"));
        }
        if owners < 2 {
            return Err(last_owner());
        }
    }
    match role {
        Some(role) => organizations::set_role(tx, *organization, *user, *role).await?,
        None => organizations::remove_member(tx, *organization, *user).await?,
    };
    let act = act.clone().before(json!({ "role": before }));
    let act = if role.is_some() { act.after(json!({ "role": role })) } else { act };
    audit::act(tx, &act).await?;
    let speaks = role.is_some_and(|role| role.may(Capability::Consent));
    let may_invite = role.is_some_and(|role| role >= before);
    if !speaks {
        end_what_they_set_up(tx, *organization, *user, *by, *now).await?;
    } else if !may_invite {
        // What an owner invited others to may be more than an admin can.
        postern_storage::invitations::remove_by_inviter(tx, *organization, *user).await?;
    }
    Ok(())
}

/// The answer where the last owner would be lost.
pub(super) fn last_owner() -> Refusal {
    Refusal::conflict("the last owner stays: make somebody else an owner first, or delete the organization")
}
