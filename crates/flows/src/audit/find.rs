use postern_domain::audit::{By, Event, EventId};
use postern_domain::{Capability, InstanceRight, OrganizationId, Refusal, Subject, UserId};
use postern_storage::audit;

use super::list::SCOPE;
use crate::{Actor, App};

/// One event, of those that [`list`](super::list()) shows to somebody.
///
/// # Errors
/// `insufficient_scope` without `audit:read`; `not_found` also for one that is not theirs to see.
pub async fn find(app: &App, actor: &Actor, id: EventId) -> Result<Event, Refusal> {
    actor.holds(SCOPE)?;
    match audit::find(&app.db, id).await? {
        Some(event) if may_see(app, actor, &event).await? => Ok(event),
        _ => Err(Refusal::not_found(
            "nothing of yours was written down under this id; a call is a moment after it was answered",
        )),
    }
}

async fn may_see(app: &App, actor: &Actor, event: &Event) -> Result<bool, Refusal> {
    if actor.has_right(InstanceRight::InstanceAdmin) {
        return Ok(true);
    }
    let (people, organization) = concerned(event);
    match actor.permit().map(|permit| permit.subject) {
        Some(Subject::User(user)) if people.contains(&Some(user)) => return Ok(true),
        Some(Subject::User(_) | Subject::Organization(_)) => {}
        _ => return Ok(false),
    }
    let Some(organization) = organization else { return Ok(false) };
    match actor.may(app, organization, Capability::ReadAudit, SCOPE).await {
        Ok(()) => Ok(true),
        Err(refusal) if refusal.cause.is_some() => Err(refusal),
        Err(_) => Ok(false),
    }
}

/// Whom an event concerns.
fn concerned(event: &Event) -> ([Option<UserId>; 3], Option<OrganizationId>) {
    match event {
        Event::Call(call) => ([call.user_id, call.acting_for, None], call.organization_id),
        Event::Act(act) => {
            let target = act.target.id.map(UserId);
            match act.by {
                By::Person { user_id, acting_for, .. } => {
                    ([user_id, acting_for, target], act.organization_id)
                }
                By::Operator | By::Server | By::Anybody | By::Itself => {
                    ([None, None, target], act.organization_id)
                }
            }
        }
    }
}
