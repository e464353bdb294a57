use postern_domain::audit::Action;
use postern_domain::{Capability, OrganizationId, Refusal, Role, Subject, UserId};
use postern_storage::{Tx, invitations, organizations};

use super::acts;
use crate::audit::{self, Entry};
use crate::{Actor, App};

/// Hands an organization over: `to`, who is a member, becomes an owner, and the owner who acts an admin.
///
/// # Errors
/// Those of [`Actor::may`] for `members:write`, which takes an owner; `not_found` if `to` is no member; `conflict` if
/// `to` is who acts.
pub async fn transfer(
    app: &App,
    actor: &Actor,
    organization: OrganizationId,
    to: UserId,
) -> Result<(), Refusal> {
    actor.may(app, organization, Capability::ManageOwners, "members:write").await?;
    let from = match actor.permit().map(|permit| permit.subject) {
        Some(Subject::User(user)) if user == to => {
            return Err(Refusal::conflict("the organization is yours already; choose another member"));
        }
        Some(Subject::User(user)) => Some(user),
        _ => None,
    };
    let act = acts::on_member(app, actor, Action::ORGANIZATION_HANDED_OVER, organization, to).await?;
    let input = ((organization, from, to), act);
    let done: Result<(), Refusal> =
        app.db.write(input, |tx, (it, act)| Box::pin(hand_over(tx, *it, act))).await;
    done?;
    tracing::info!(%organization, user = %to, "an organization was handed over");
    Ok(())
}

async fn hand_over(
    tx: &Tx,
    (organization, from, to): (OrganizationId, Option<UserId>, UserId),
    act: &Entry,
) -> Result<(), Refusal> {
    // Held until the end of the change, so that it is one owner at least whatever others do at once.
    organizations::owners_now(tx, organization).await?;
    if !organizations::set_role(tx, organization, to, Role::Owner).await? {
        return Err(Refusal::not_found("the person is no member of the organization; invite them first"));
    }
    if let Some(from) = from
        && organizations::role_now(tx, organization, from).await? == Some(Role::Owner)
    {
        organizations::set_role(tx, organization, from, Role::Admin).await?;
        invitations::remove_by_inviter(tx, organization, from).await?;
    }
    Ok(audit::act(tx, act).await?)
}
