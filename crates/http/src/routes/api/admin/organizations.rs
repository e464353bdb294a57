use axum::Json;
use postern_domain::{Organization, OrganizationId, Tier};
use postern_flows::{FieldErrors, FormRefusal, administration};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::{Access, Call, Filters, InPath, JsonBody, Listing, Operation, Problem, words};
use crate::rights::Routes;

const ADMIN: Access = Access::user("instance:admin");

pub(super) fn routes() -> Routes {
    let list = Operation::get("/v1/admin/organizations", "listAllOrganizations", ADMIN)
        .summary("Every organization")
        .lists::<ManagedOrganization>()
        .filter("query", "How the slug or the name begins.");
    let change = Operation::patch("/v1/admin/organizations/{id}", "setOrganizationTier", ADMIN)
        .summary("Set how much an organization's tokens may ask of the API")
        .takes::<TierChange>()
        .answers::<ManagedOrganization>();
    Routes::new().api(list, listed).api(change, changed)
}

/// An organization, as administrators see it.
#[derive(Debug, Serialize, ToSchema)]
struct ManagedOrganization {
    id: Uuid,
    slug: String,
    name: String,
    /// How much its tokens may ask of the API.
    #[schema(schema_with = words::tier)]
    tier: &'static str,
    /// Unix seconds.
    created_at: i64,
    updated_at: i64,
}

/// What is to change.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TierChange {
    #[schema(schema_with = words::tier)]
    tier: String,
}

impl From<&Organization> for ManagedOrganization {
    fn from(organization: &Organization) -> Self {
        Self {
            id: organization.id.0,
            slug: organization.slug.to_string(),
            name: organization.name.to_string(),
            tier: organization.tier.as_str(),
            created_at: organization.created_at.0,
            updated_at: organization.updated_at.0,
        }
    }
}

async fn listed(
    Call { app, caller }: Call,
    filters: Filters,
) -> Result<Json<Listing<ManagedOrganization>>, Problem> {
    let paging = filters.paging()?;
    let found = administration::organizations(&app, &caller.actor, filters.get("query"), &paging).await?;
    Ok(Json(found.map(|organization| ManagedOrganization::from(&organization)).into()))
}

async fn changed(
    Call { app, caller }: Call,
    InPath(id): InPath<OrganizationId>,
    JsonBody(change): JsonBody<TierChange>,
) -> Result<Json<ManagedOrganization>, Problem> {
    caller.needs_proof(&app)?;
    let mut errors = FieldErrors::none();
    let Some(tier) = errors.take("tier", change.tier.parse::<Tier>()) else {
        return Err(FormRefusal::from(errors).into());
    };
    let organization = administration::set_tier(&app, &caller.actor, id, tier).await?;
    Ok(Json(ManagedOrganization::from(&organization)))
}
