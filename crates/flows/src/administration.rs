//! What administrators see and change of others.

use postern_domain::audit::{Action, Target};
use postern_domain::{InstanceRight, Organization, OrganizationId, Refusal, Tier};
use postern_storage::organizations::{self, Place};
use serde_json::json;

use crate::audit::Entry;
use crate::{Actor, App, Paging, Slice, audit};

mod accounts;
mod clients;
mod look;
mod mails;
mod new_account;
mod overview;
mod providers;
mod settings;

pub use accounts::{AccountChange, account, accounts, change_account, reset_factors, sign_out};
pub use clients::{ClientFilter, clients};
pub use look::{AccountLook, last_seen, look};
pub use mails::{MailQueue, QueuedMail, hurry_mails, mail_queue};
pub use new_account::make_account;
pub use overview::{COUNTED, Overview, overview};
pub use postern_storage::Database;
pub use postern_storage::users::{Only, Search as AccountSearch};
pub use providers::{ProviderInUse, providers};
pub use settings::{Setting, settings};

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

/// That somebody administers the instance.
///
/// # Errors
/// `insufficient_scope` without `instance:admin`.
pub fn needs_administrator(actor: &Actor) -> Result<(), Refusal> {
    actor.needs_right(InstanceRight::InstanceAdmin)
}

/// How many members some organizations have; counted no further than [`COUNTED`].
///
/// # Errors
/// `temporarily_unavailable` or `server_error` if the database fails.
pub async fn members_of(app: &App, organizations: &[Organization]) -> Result<Vec<u64>, Refusal> {
    let mut counted = Vec::with_capacity(organizations.len());
    for organization in organizations {
        counted.push(organizations::count_members(&app.db, organization.id, COUNTED).await?.0);
    }
    Ok(counted)
}
