use std::sync::Arc;

use postern_domain::{
    Capability, Client, ClientId, ClientOwner, Membership, Organization, OrganizationId, Refusal, Role,
    Session, Slug, Subject,
};
use postern_storage::clients::ClientUsage;
use postern_storage::organizations;

use super::overview::COUNTED;
use crate::second_factor::{self, Owed};
use crate::{Actor, App, Paging, Slice};

/// An organization that somebody belongs to.
#[derive(Clone, Debug)]
pub struct Mine {
    /// The organization.
    pub organization: Organization,
    /// What they are there, and since when.
    pub membership: Membership,
    /// How many members it has.
    pub members: u64,
}

/// The organization that `name` (its slug or its id) means, and what the actor is there.
///
/// # Errors
/// `insufficient_scope` without `organizations:read`; `not_found` also for one that is not their own; `forbidden` without the
/// second factor that it asks for.
pub async fn find(app: &App, actor: &Actor, name: &str) -> Result<(Arc<Organization>, Role), Refusal> {
    actor.holds("organizations:read")?;
    reached(app, actor, name).await
}

/// The same for a credential that need not see organizations: what it does there takes a scope of its own.
///
/// # Errors
/// `not_found` also for one that is not their own.
pub async fn reached(app: &App, actor: &Actor, name: &str) -> Result<(Arc<Organization>, Role), Refusal> {
    let unknown = || Refusal::not_found("there is no such organization among yours");
    let organization = named(app, name).await?.ok_or_else(unknown)?;
    let role = actor.role(app, organization.id).await?.ok_or_else(unknown)?;
    Ok((organization, role))
}

/// The organization of the person that `name` means, if it asks for something before they can act in it.
///
/// # Errors
/// `temporarily_unavailable` or `server_error` if the database fails.
pub async fn owed(
    app: &App,
    session: &Session,
    name: &str,
) -> Result<Option<(Arc<Organization>, Owed)>, Refusal> {
    let Some(organization) = named(app, name).await? else { return Ok(None) };
    if app.role(organization.id, session.user_id).await?.is_none() {
        return Ok(None);
    }
    let owed = second_factor::owed_to(app, &organization, session).await?;
    Ok(owed.map(|owed| (organization, owed)))
}

/// The organization that an operator means by its id, its slug or its name, if only one has that name.
///
/// # Errors
/// `not_found`; `conflict` if several have the name.
pub async fn find_named(app: &App, name: &str) -> Result<Arc<Organization>, Refusal> {
    if let Some(found) = named(app, name).await? {
        return Ok(found);
    }
    let mut found = organizations::find_by_name(&app.db, name, 2).await?;
    match (found.pop(), found.pop()) {
        (Some(organization), None) => Ok(Arc::new(organization)),
        (Some(_), Some(_)) => Err(Refusal::conflict(format!(
            "several organizations are called “{name}”; say which by its slug"
        ))),
        _ => Err(Refusal::not_found(format!(
            "there is no organization “{name}”; give its id, its slug or its name"
        ))),
    }
}

async fn named(app: &App, name: &str) -> Result<Option<Arc<Organization>>, Refusal> {
    if let Ok(slug) = Slug::parse(name)
        && let Some(found) = organizations::find_by_slug(&app.db, &slug).await?
    {
        return Ok(Some(Arc::new(found)));
    }
    match name.parse::<OrganizationId>() {
        Ok(id) => app.organization(id).await,
        Err(_) => Ok(None),
    }
}

/// The organizations that the actor's person belongs to and the actor reaches, by slug.
///
/// # Errors
/// `insufficient_scope` without `organizations:read`; `insufficient_subject` for whoever is no person.
pub async fn list(app: &App, actor: &Actor, paging: &Paging) -> Result<Slice<Mine>, Refusal> {
    actor.holds("organizations:read")?;
    let Some(permit) = actor.permit() else { return Ok(Slice { items: Vec::new(), next: None }) };
    let Subject::User(user) = permit.subject else {
        return Err(Refusal::insufficient_subject("only a person belongs to organizations"));
    };
    let list = format!("organizations of {user}");
    let after = paging.after(app, &list)?;
    let mut items = Vec::new();
    for (organization, membership) in organizations::memberships_of(&app.db, user).await? {
        let is_behind = after.as_deref().is_none_or(|after| organization.slug.as_str() > after);
        if is_behind && permit.organizations.contains(organization.id) {
            items.push((organization, membership));
        }
    }
    let slice = paging.slice(app, &list, items, |(organization, _)| organization.slug.to_string());
    let mut items = Vec::with_capacity(slice.items.len());
    for (organization, membership) in slice.items {
        let (members, _) = organizations::count_members(&app.db, organization.id, COUNTED).await?;
        items.push(Mine { organization, membership, members });
    }
    Ok(Slice { items, next: slice.next })
}

/// How many organizations [`list`] has on all pages together.
///
/// # Errors
/// `temporarily_unavailable` or `server_error` if the database fails.
pub async fn count(app: &App, actor: &Actor) -> Result<u64, Refusal> {
    let Some(permit) = actor.permit() else { return Ok(0) };
    let Subject::User(user) = permit.subject else { return Ok(0) };
    let all = organizations::memberships_of(&app.db, user).await?;
    let reached = all.iter().filter(|(organization, _)| permit.organizations.contains(organization.id));
    Ok(reached.count() as u64)
}

/// The OAuth clients of an organization, the latest first: at most `limit` of those made before `before`.
///
/// # Errors
/// Those of [`Actor::may`] for `clients:read`.
pub async fn clients(
    app: &App,
    actor: &Actor,
    organization: OrganizationId,
    before: Option<ClientId>,
    limit: u64,
) -> Result<Vec<(Client, ClientUsage)>, Refusal> {
    actor.may(app, organization, Capability::ManageClients, "clients:read").await?;
    let owner = Some(ClientOwner::Organization(organization));
    crate::clients::of_owner(app, owner, before, limit).await
}

/// How many OAuth clients an organization has.
///
/// # Errors
/// Those of [`Actor::may`] for `clients:read`.
pub async fn count_clients(app: &App, actor: &Actor, organization: OrganizationId) -> Result<u64, Refusal> {
    actor.may(app, organization, Capability::ManageClients, "clients:read").await?;
    let owner = Some(ClientOwner::Organization(organization));
    Ok(postern_storage::clients::count(&app.db, owner).await?)
}

/// The answer where an organization is gone, or is another's.
pub(super) fn gone() -> Refusal {
    Refusal::not_found("there is no such organization among yours")
}
