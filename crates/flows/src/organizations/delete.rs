use postern_domain::audit::Action;
use postern_domain::{Capability, ClientOwner, Organization, OrganizationId, Refusal};
use postern_storage::consents::Whose;
use postern_storage::{Tx, consents, organizations, tokens};

use super::acts;
use super::find::gone;
use crate::audit::{self, Entry};
use crate::clients::{self, Manager};
use crate::{Actor, App, FieldErrors, FormRefusal};

/// How many rows go in one change.
const BATCH: u64 = 1_000;

/// Deletes an organization with its clients, tokens, customers and members. `typed` is its slug, as a sign that it is
/// meant.
///
/// # Errors
/// [`FormRefusal::Fields`] if something else was typed; those of [`Actor::may`] for `organizations:write`, which takes an
/// owner.
pub async fn delete(
    app: &App,
    actor: &Actor,
    organization: &Organization,
    typed: &str,
) -> Result<(), FormRefusal> {
    let id = organization.id;
    actor.may(app, id, Capability::Delete, "organizations:write").await?;
    if typed.trim() != organization.slug.as_str() {
        let told = format!("Type the address exactly: {}.", organization.slug);
        return Err(FieldErrors::one("confirm", told).into());
    }
    Ok(delete_found(app, actor, organization).await?)
}

/// Deletes an organization that `actor` may delete.
///
/// # Errors
/// `not_found` if it is gone.
pub(crate) async fn delete_found(
    app: &App,
    actor: &Actor,
    organization: &Organization,
) -> Result<(), Refusal> {
    let id = organization.id;
    // Large ones go in parts, so that nobody waits for long; the organization itself goes last, and with it what was
    // made meanwhile.
    clients::delete_all_of(app, Manager::Actor(actor), ClientOwner::Organization(id)).await?;
    while app.db.write(id, |tx, id| Box::pin(tokens::delete_of_organization(tx, *id, BATCH))).await? {}
    let act =
        acts::entry(app, actor, Action::ORGANIZATION_DELETED, organization).before(acts::facts(organization));
    let was_there: Result<bool, Refusal> =
        app.db.write((id, act), |tx, (id, act)| Box::pin(last_part(tx, *id, act))).await;
    if !was_there? {
        return Err(gone());
    }
    tracing::info!(organization = %id, "an organization was deleted");
    Ok(())
}

async fn last_part(tx: &Tx, id: OrganizationId, act: &Entry) -> Result<bool, Refusal> {
    while tokens::delete_of_organization(tx, id, BATCH).await? {}
    consents::delete_for_organization(tx, id, Whose::Everybodys).await?;
    let was_there = organizations::delete(tx, id).await?;
    if was_there {
        audit::act(tx, act).await?;
    }
    Ok(was_there)
}
