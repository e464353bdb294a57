use axum::Json;
use axum::http::StatusCode;
use postern_flows::organizations::{self, AppState, OrganizationApp};
use serde::Serialize;
use utoipa::ToSchema;

use super::super::gone;
use super::{READ, WRITE};
use crate::api::{Access, Call, Filters, InPath, InPath2, Listing, Operation, Problem, part_of};
use crate::rights::Routes;

const ALL: &str = "/v1/organizations/{organization}/apps";
const ONE: &str = "/v1/organizations/{organization}/apps/{client_id}";

pub(super) fn routes() -> Routes {
    let list = Operation::get(ALL, "listOrganizationApps", Access::user_or_organization(READ))
        .summary("The apps that hold access to an organization, wait for approval or are approved")
        .lists::<AppShown>();
    let approve = Operation::put(ONE, "approveApp", Access::user_or_organization(WRITE))
        .summary("Approve an app: owners and admins can give it access then")
        .answers_nothing();
    let withdraw = Operation::delete(ONE, "withdrawApp", Access::user_or_organization(WRITE))
        .summary("Take an approval back: what the app holds of the organization stops working at once");
    Routes::new().api(list, listed).api(approve, approved).api(withdraw, withdrawn)
}

/// An app, as it is to an organization.
#[derive(Debug, Serialize, ToSchema)]
struct AppShown {
    client_id: String,
    name: String,
    /// Who made it, if it is not this server's.
    publisher: Option<String>,
    state: StateShown,
    approved: bool,
    /// When it asked, was approved, or was first given access, in Unix seconds.
    since: i64,
}

/// What an app is to an organization.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum StateShown {
    /// Somebody asked for it, and nobody has approved it.
    Waits,
    /// It is approved, and nobody has given it access.
    Approved,
    /// It holds access.
    HasAccess,
    /// It was given access, and has none while it is not approved.
    Barred,
}

impl From<OrganizationApp> for AppShown {
    fn from(app: OrganizationApp) -> Self {
        Self {
            client_id: app.client.identifier.to_string(),
            name: app.client.metadata.name.to_string(),
            publisher: app.publisher,
            state: match app.state {
                AppState::Waits => StateShown::Waits,
                AppState::Approved => StateShown::Approved,
                AppState::HasAccess => StateShown::HasAccess,
                AppState::Barred => StateShown::Barred,
            },
            approved: app.is_approved,
            since: app.since.0,
        }
    }
}

async fn listed(
    Call { app, caller }: Call,
    InPath(name): InPath<String>,
    filters: Filters,
) -> Result<Json<Listing<AppShown>>, Problem> {
    let (organization, _) = organizations::find(&app, &caller.actor, &name).await?;
    let found = organizations::apps(&app, &caller.actor, &organization).await?;
    let list = format!("apps of {}", organization.id);
    let slice = part_of(&app, &filters.paging()?, &list, found, |it| it.client.id.to_string())?;
    Ok(Json(slice.map(AppShown::from).into()))
}

async fn approved(
    Call { app, caller }: Call,
    InPath2(name, client): InPath2<String, String>,
) -> Result<StatusCode, Problem> {
    caller.needs_proof(&app)?;
    let (organization, _) = organizations::reached(&app, &caller.actor, &name).await?;
    organizations::approve(&app, &caller.actor, organization.id, &client).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn withdrawn(
    Call { app, caller }: Call,
    InPath2(name, client): InPath2<String, String>,
) -> Result<StatusCode, Problem> {
    caller.needs_proof(&app)?;
    let (organization, _) = organizations::reached(&app, &caller.actor, &name).await?;
    gone(organizations::withdraw(&app, &caller.actor, organization.id, &client).await)
}
