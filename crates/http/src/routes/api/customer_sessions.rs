//! `/v1/customer-sessions`: for an hour, a customer's own credential; and `/v1/customer-portal/session`, what it opens.

use axum::Json;
use axum::http::StatusCode;
use postern_domain::CustomerId;
use postern_flows::bearer::Holder;
use postern_flows::customer_sessions::{self, Which};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::customers::CustomerShown;
use crate::api::{Access, Call, Caller, JsonBody, Operation, Problem};
use crate::rights::Routes;

const WRITE: Access = Access::user_or_organization("customer_sessions:write");

pub(crate) fn routes() -> Routes {
    let create = |path, id| {
        Operation::post(path, id, WRITE)
            .summary("Make a session for a customer")
            .takes::<SessionToBe>()
            .creates::<CustomerSession>()
    };
    let portal = Operation::get(
        "/v1/customer-portal/session",
        "getCustomerPortalSession",
        Access::customer("customer_portal:read"),
    )
    .summary("Whose session it is")
    .answers::<PortalSession>();
    Routes::new()
        .api(create("/v1/customer-sessions", "createCustomerSession"), created)
        .api(create("/v1/customer-portal/sessions/create", "createCustomerPortalSession"), created)
        .api(portal, session)
}

/// Which customer; one of the two.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
struct SessionToBe {
    /// Whose customer; an organization's own token need not say.
    #[schema(format = Uuid)]
    organization_id: Option<String>,
    #[schema(format = Uuid)]
    customer_id: Option<String>,
    external_customer_id: Option<String>,
}

/// A session that was just made.
#[derive(Debug, Serialize, ToSchema)]
struct CustomerSession {
    id: Uuid,
    /// Shown this once.
    token: String,
    /// Unix seconds.
    expires_at: i64,
    customer: CustomerShown,
}

/// A customer's session, as the customer sees it.
#[derive(Debug, Serialize, ToSchema)]
struct PortalSession {
    customer: CustomerShown,
    organization: PortalOrganization,
    /// Unix seconds.
    expires_at: Option<i64>,
}

/// Whose customer it is.
#[derive(Debug, Serialize, ToSchema)]
struct PortalOrganization {
    id: Uuid,
    slug: String,
    name: String,
}

async fn created(
    Call { app, caller }: Call,
    JsonBody(body): JsonBody<SessionToBe>,
) -> Result<(StatusCode, Json<CustomerSession>), Problem> {
    caller.needs_proof(&app)?;
    let organization = caller.organization(body.organization_id.as_deref())?;
    let which = match (&body.customer_id, &body.external_customer_id) {
        (Some(id), None) => {
            let unknown = |_| Problem::not_found("the organization has no such customer");
            Which::Id(id.parse::<CustomerId>().map_err(unknown)?)
        }
        (None, Some(id)) => Which::ExternalId(id),
        _ => return Err(Problem::malformed("send customer_id or external_customer_id, one of the two")),
    };
    let made = customer_sessions::create(&app, &caller.actor, organization, which).await?;
    let session = CustomerSession {
        id: made.id.0,
        token: made.token.reveal().to_owned(),
        expires_at: made.expires_at.0,
        customer: made.customer.into(),
    };
    Ok((StatusCode::CREATED, Json(session)))
}

async fn session(caller: Caller) -> Result<Json<PortalSession>, Problem> {
    let verdict = caller.token().ok_or_else(|| Problem::not_found("this is no customer's session"))?;
    let Holder::Customer { organization, customer } = &verdict.holder else {
        return Err(Problem::not_found("this is no customer's session"));
    };
    Ok(Json(PortalSession {
        customer: postern_domain::Customer::clone(customer).into(),
        organization: PortalOrganization {
            id: organization.id.0,
            slug: organization.slug.to_string(),
            name: organization.name.to_string(),
        },
        expires_at: verdict.expires_at.map(|at| at.0),
    }))
}
