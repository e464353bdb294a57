//! `/v1/customers`: those an organization does business with.

use axum::Json;
use axum::http::StatusCode;
use postern_domain::{Customer, CustomerId, ErrorCode};
use postern_flows::customers::{self, CustomerDraft};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

use super::gone;
use crate::api::{Access, Call, Filters, InPath, JsonBody, Listing, Operation, Problem, present};
use crate::rights::Routes;

const ALL: &str = "/v1/customers";
const ONE: &str = "/v1/customers/{id}";
const READ: Access = Access::user_or_organization("customers:read");
const WRITE: Access = Access::user_or_organization("customers:write");

pub(crate) fn routes() -> Routes {
    let list = Operation::get(ALL, "listCustomers", READ)
        .summary("An organization's customers")
        .lists::<CustomerShown>()
        .filter_id("organization_id", "Whose; an organization's own token need not say.")
        .filter("query", "How the e-mail address or the name begins.")
        .filter("external_id", "The customer that the organization knows by this id.");
    let create = Operation::post(ALL, "createCustomer", WRITE)
        .summary("Add a customer")
        .takes::<CustomerToBe>()
        .creates::<CustomerShown>();
    let get = Operation::get(ONE, "getCustomer", READ).summary("A customer").answers::<CustomerShown>();
    let change = Operation::patch(ONE, "changeCustomer", WRITE)
        .summary("Change a customer")
        .takes::<CustomerChange>()
        .answers::<CustomerShown>();
    let delete = Operation::delete(ONE, "deleteCustomer", WRITE)
        .summary("Delete a customer: its sessions end at once");
    Routes::new()
        .api(list, listed)
        .api(create, created)
        .api(get, one)
        .api(change, changed)
        .api(delete, deleted)
}

/// A customer of an organization.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CustomerShown {
    id: Uuid,
    organization_id: Uuid,
    /// What the organization calls it in its own books.
    external_id: Option<String>,
    email: String,
    name: Option<String>,
    /// What else the organization keeps with it.
    metadata: BTreeMap<String, String>,
    /// Unix seconds.
    created_at: i64,
    updated_at: i64,
}

/// A customer to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CustomerToBe {
    /// Whose; an organization's own token need not say.
    #[serde(default)]
    #[schema(format = Uuid)]
    organization_id: Option<String>,
    email: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    external_id: Option<String>,
    #[serde(default)]
    metadata: BTreeMap<String, String>,
}

/// What is to change; what is left out stays as it is.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct CustomerChange {
    email: Option<String>,
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    name: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    external_id: Option<Option<String>>,
    /// All of it anew.
    metadata: Option<BTreeMap<String, String>>,
}

impl From<Customer> for CustomerShown {
    fn from(customer: Customer) -> Self {
        Self {
            id: customer.id.0,
            organization_id: customer.organization_id.0,
            external_id: customer.external_id,
            email: customer.email.to_string(),
            name: customer.name.map(|name| name.to_string()),
            metadata: customer.metadata,
            created_at: customer.created_at.0,
            updated_at: customer.updated_at.0,
        }
    }
}

async fn listed(
    Call { app, caller }: Call,
    filters: Filters,
) -> Result<Json<Listing<CustomerShown>>, Problem> {
    let organization = caller.organization(filters.get("organization_id"))?;
    let actor = &caller.actor;
    if let Some(id) = filters.get("external_id") {
        let found = match customers::find_by_external_id(&app, actor, organization, id).await {
            Ok(found) => vec![found.into()],
            // The organization is theirs, and has none with this id.
            Err(none)
                if none.code == ErrorCode::NotFound && actor.role(&app, organization).await?.is_some() =>
            {
                Vec::new()
            }
            Err(refusal) => return Err(refusal.into()),
        };
        return Ok(Json(Listing { items: found, next_cursor: None }));
    }
    let paging = filters.paging()?;
    let found = customers::list(&app, actor, organization, filters.get("query"), &paging).await?;
    Ok(Json(found.map(CustomerShown::from).into()))
}

async fn created(
    Call { app, caller }: Call,
    JsonBody(body): JsonBody<CustomerToBe>,
) -> Result<(StatusCode, Json<CustomerShown>), Problem> {
    let organization = caller.organization(body.organization_id.as_deref())?;
    let draft = CustomerDraft {
        email: body.email,
        name: body.name.unwrap_or_default(),
        external_id: body.external_id.unwrap_or_default(),
        metadata: body.metadata,
    };
    let made = customers::create(&app, &caller.actor, organization, &draft).await?;
    Ok((StatusCode::CREATED, Json(made.into())))
}

async fn one(
    Call { app, caller }: Call,
    InPath(id): InPath<CustomerId>,
) -> Result<Json<CustomerShown>, Problem> {
    Ok(Json(customers::find(&app, &caller.actor, id).await?.into()))
}

async fn changed(
    Call { app, caller }: Call,
    InPath(id): InPath<CustomerId>,
    JsonBody(change): JsonBody<CustomerChange>,
) -> Result<Json<CustomerShown>, Problem> {
    let now = CustomerDraft::of(&customers::find(&app, &caller.actor, id).await?);
    let text = |new: Option<Option<String>>, now: String| new.map_or(now, Option::unwrap_or_default);
    let draft = CustomerDraft {
        email: change.email.unwrap_or(now.email),
        name: text(change.name, now.name),
        external_id: text(change.external_id, now.external_id),
        metadata: change.metadata.unwrap_or(now.metadata),
    };
    Ok(Json(customers::update(&app, &caller.actor, id, &draft).await?.into()))
}

async fn deleted(Call { app, caller }: Call, InPath(id): InPath<CustomerId>) -> Result<StatusCode, Problem> {
    gone(customers::delete(&app, &caller.actor, id).await)
}
