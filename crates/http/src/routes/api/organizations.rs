//! `/v1/organizations`: people who work together, and what they have in common.

mod affairs;
mod apps;
mod invitations;
mod members;

use axum::Json;
use axum::http::StatusCode;
use postern_domain::{Organization, Role};
use postern_flows::organizations::{self, NewOrganization, PolicyDraft};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::gone;
use crate::api::{Access, Call, Filters, InPath, JsonBody, Listing, Operation, Problem, present, words};
use crate::rights::Routes;

const ALL: &str = "/v1/organizations";
const ONE: &str = "/v1/organizations/{organization}";
const READ: &str = "organizations:read";
const WRITE: &str = "organizations:write";

pub(crate) fn routes() -> Routes {
    let list = Operation::get(ALL, "listOrganizations", Access::user(READ))
        .summary("The organizations you belong to")
        .lists::<OrganizationShown>();
    let create = Operation::post(ALL, "createOrganization", Access::user(WRITE))
        .summary("Make an organization")
        .takes::<OrganizationToBe>()
        .creates::<OrganizationShown>();
    let get = Operation::get(ONE, "getOrganization", Access::user_or_organization(READ))
        .summary("An organization, by its id or slug")
        .answers::<OrganizationShown>();
    let change = Operation::patch(ONE, "changeOrganization", Access::user_or_organization(WRITE))
        .summary("Rename an organization, or set its policy")
        .takes::<OrganizationChange>()
        .answers::<OrganizationShown>();
    let delete = Operation::delete(ONE, "deleteOrganization", Access::user_or_organization(WRITE))
        .summary("Delete an organization with all it has");
    Routes::new()
        .api(list, listed)
        .api(create, created)
        .api(get, one)
        .api(change, changed)
        .api(delete, deleted)
        .merge(affairs::routes())
        .merge(apps::routes())
        .merge(invitations::routes())
        .merge(members::routes())
}

/// An organization.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OrganizationShown {
    /// The `sub` of its tokens.
    id: Uuid,
    slug: String,
    name: String,
    /// What you are there: `owner`, `admin` or `member`.
    role: Option<&'static str>,
    /// How much its tokens may ask of the API.
    #[schema(schema_with = words::tier)]
    tier: &'static str,
    /// Longest life of a token that speaks for it, such as `90d`; `null` leaves it to the instance.
    max_token_lifetime: Option<String>,
    /// Whether an app must be approved before it can be given access.
    apps_need_approval: bool,
    /// Whether a member needs a second factor to act in it.
    members_need_second_factor: bool,
    /// Unix seconds.
    created_at: i64,
    updated_at: i64,
}

/// An organization to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OrganizationToBe {
    name: String,
    /// Made from the name if there is none.
    #[serde(default)]
    slug: Option<String>,
}

/// What is to change; what is left out stays as it is.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct OrganizationChange {
    name: Option<String>,
    slug: Option<String>,
    #[serde(deserialize_with = "present")]
    #[schema(schema_with = words::span_or_null)]
    max_token_lifetime: Option<Option<String>>,
    apps_need_approval: Option<bool>,
    /// Whoever turns it on must have one.
    members_need_second_factor: Option<bool>,
}

impl OrganizationShown {
    pub(super) fn new(organization: &Organization, role: Option<Role>) -> Self {
        Self {
            id: organization.id.0,
            slug: organization.slug.to_string(),
            name: organization.name.to_string(),
            role: role.map(Role::as_str),
            tier: organization.tier.as_str(),
            max_token_lifetime: organization.policy.max_token_lifetime.map(|span| span.to_string()),
            apps_need_approval: organization.policy.apps_need_approval,
            members_need_second_factor: organization.policy.members_need_second_factor,
            created_at: organization.created_at.0,
            updated_at: organization.updated_at.0,
        }
    }
}

async fn listed(
    Call { app, caller }: Call,
    filters: Filters,
) -> Result<Json<Listing<OrganizationShown>>, Problem> {
    let found = organizations::list(&app, &caller.actor, &filters.paging()?).await?;
    let shown = found.map(|mine| OrganizationShown::new(&mine.organization, Some(mine.membership.role)));
    Ok(Json(shown.into()))
}

async fn created(
    Call { app, caller }: Call,
    JsonBody(body): JsonBody<OrganizationToBe>,
) -> Result<(StatusCode, Json<OrganizationShown>), Problem> {
    let new = NewOrganization { name: body.name, slug: body.slug.unwrap_or_default() };
    let made = organizations::create(&app, &caller.actor, &new, caller.user()?.id).await?;
    Ok((StatusCode::CREATED, Json(OrganizationShown::new(&made, Some(Role::Owner)))))
}

async fn one(
    Call { app, caller }: Call,
    InPath(name): InPath<String>,
) -> Result<Json<OrganizationShown>, Problem> {
    let (organization, role) = organizations::find(&app, &caller.actor, &name).await?;
    Ok(Json(OrganizationShown::new(&organization, Some(role))))
}

async fn changed(
    Call { app, caller }: Call,
    InPath(name): InPath<String>,
    JsonBody(change): JsonBody<OrganizationChange>,
) -> Result<Json<OrganizationShown>, Problem> {
    caller.needs_proof(&app)?;
    let (found, role) = organizations::find(&app, &caller.actor, &name).await?;
    let mut organization = Organization::clone(&found);
    if change.name.is_some() || change.slug.is_some() {
        let name = change.name.unwrap_or_else(|| organization.name.to_string());
        let slug = change.slug.unwrap_or_else(|| organization.slug.to_string());
        organization = organizations::rename(&app, &caller.actor, organization.id, &name, &slug).await?;
    }
    let sets_policy = change.max_token_lifetime.is_some()
        || change.apps_need_approval.is_some()
        || change.members_need_second_factor.is_some();
    if sets_policy {
        let now = &organization.policy;
        let lifetime = || now.max_token_lifetime.map(|span| span.to_string()).unwrap_or_default();
        let draft = PolicyDraft {
            max_token_lifetime: change.max_token_lifetime.map_or_else(lifetime, Option::unwrap_or_default),
            apps_need_approval: change.apps_need_approval.unwrap_or(now.apps_need_approval),
            members_need_second_factor: change
                .members_need_second_factor
                .unwrap_or(now.members_need_second_factor),
        };
        organization = organizations::set_policy(&app, &caller.actor, organization.id, &draft).await?;
    }
    Ok(Json(OrganizationShown::new(&organization, Some(role))))
}

/// By the id alone: whoever calls by a program has typed it.
async fn deleted(Call { app, caller }: Call, InPath(name): InPath<String>) -> Result<StatusCode, Problem> {
    caller.needs_proof(&app)?;
    let found = match organizations::find(&app, &caller.actor, &name).await {
        Ok((organization, _)) => organization,
        Err(refusal) => return gone::<()>(Err(refusal)),
    };
    organizations::delete(&app, &caller.actor, &found, found.slug.as_str()).await?;
    Ok(StatusCode::NO_CONTENT)
}
