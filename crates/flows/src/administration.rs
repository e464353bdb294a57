//! What administrators see and change of others.

use postern_domain::audit::{Action, Target};
use postern_domain::{
    Client, ClientId, ClientOwner, InstanceRight, Organization, OrganizationId, Refusal, Tier,
};
use postern_storage::organizations::{self, Place};
use serde_json::json;

use crate::audit::Entry;
use crate::clients::{self, ClientUsage};
use crate::{Actor, App, Paging, Slice, audit};

mod accounts;
mod look;

pub use accounts::{AccountChange, account, accounts, change_account, reset_factors, sign_out};
pub use look::{AccountLook, last_seen, look};
pub use postern_storage::users::{Only, Search as AccountSearch};

/// A part of all clients with their use, the newest first; `registered_themselves` leaves out what somebody owns.
///
/// # Errors
/// `insufficient_scope` without `instance:admin`; `invalid_request` for a cursor of another list.
pub async fn clients(
    app: &App,
    actor: &Actor,
    registered_themselves: bool,
    paging: &Paging,
) -> Result<Slice<(Client, ClientUsage)>, Refusal> {
    actor.needs_right(InstanceRight::InstanceAdmin)?;
    let list = if registered_themselves { "clients nobody's" } else { "clients everybody's" };
    let owner = registered_themselves.then_some(ClientOwner::Nobody);
    let before = paging.after(app, list)?.and_then(|id| id.parse::<ClientId>().ok());
    let found = clients::of_owner(app, owner, before, paging.with_one_more()).await?;
    Ok(paging.slice(app, list, found, |(client, _)| client.id.to_string()))
}

/// A part of all organizations, by slug; with `search`, those whose slug begins with it, then those whose name does.
///
/// # Errors
/// `insufficient_scope` without `instance:admin`; `invalid_request` for a cursor of another list.
pub async fn organizations(
    app: &App,
    actor: &Actor,
    search: Option<&str>,
    paging: &Paging,
) -> Result<Slice<Organization>, Refusal> {
    actor.needs_right(InstanceRight::InstanceAdmin)?;
    let search = search.map(str::trim).filter(|search| !search.is_empty());
    let list = format!("all organizations {}", search.unwrap_or_default());
    let after = match paging.after(app, &list)? {
        Some(text) => Some(text.parse().map_err(Refusal::invalid_request)?),
        None => None,
    };
    let found = organizations::list(&app.db, search, after.as_ref(), paging.with_one_more()).await?;
    Ok(paging.slice(app, &list, found, |organization| Place::of(organization, search).to_string()))
}

/// Sets how much an organization's tokens may ask of the API. It holds at once.
///
/// # Errors
/// `insufficient_scope` without `instance:admin`; `not_found`.
pub async fn set_tier(
    app: &App,
    actor: &Actor,
    id: OrganizationId,
    tier: Tier,
) -> Result<Organization, Refusal> {
    actor.needs_right(InstanceRight::InstanceAdmin)?;
    let now = app.clock.now();
    let before = organizations::find(&app.db, id).await?.ok_or_else(no_organization)?;
    let target = Target::new("organization", id.0, &before.slug);
    let act = Entry::new(app, actor.by(), Action::ORGANIZATION_TIER_SET, target)
        .of(id)
        .changed(json!({ "tier": before.tier }), json!({ "tier": tier }));
    let write: Result<bool, Refusal> = app
        .db
        .write((id, tier, now, act), |tx, (id, tier, now, act)| {
            Box::pin(async move {
                let was_there = organizations::set_tier(tx, *id, *tier, *now).await?;
                if was_there {
                    audit::act(tx, act).await?;
                }
                Ok(was_there)
            })
        })
        .await;
    if !write? {
        return Err(no_organization());
    }
    tracing::info!(organization = %id, tier = tier.as_str(), "an administrator set the tier of an organization");
    organizations::find(&app.db, id).await?.ok_or_else(no_organization)
}

fn no_organization() -> Refusal {
    Refusal::not_found("there is no such organization")
}
