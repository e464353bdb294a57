//! `/v1/consents`: what somebody has allowed apps.

use axum::Json;
use axum::http::StatusCode;
use postern_domain::ErrorCode;
use postern_flows::applications::{self, Application};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::{Access, Call, Filters, InPath, Listing, Operation, Problem};
use crate::rights::Routes;

pub(crate) fn routes() -> Routes {
    let list = Operation::get("/v1/consents", "listConsents", Access::user("user:read"))
        .summary("What you have allowed apps")
        .lists::<Consent>();
    let withdraw =
        Operation::delete("/v1/consents/{client_id}", "withdrawConsent", Access::user("user:write"))
            .summary("Cut an app off: all it holds of you stops working at once");
    Routes::new().api(list, listed).api(withdraw, withdrawn)
}

/// What somebody has allowed an app.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Consent {
    /// The app's.
    client_id: String,
    /// What the app is called.
    name: String,
    /// Who made it, if a person did.
    publisher: Option<String>,
    homepage_url: Option<String>,
    /// What it may do.
    scopes: Vec<String>,
    /// The claims that it may learn by name beyond what those stand for.
    claims: Vec<&'static str>,
    /// Since when, in Unix seconds.
    since: i64,
    /// When it was last used, in Unix seconds, to within some minutes.
    last_used_at: Option<i64>,
}

async fn listed(Call { app, caller }: Call, filters: Filters) -> Result<Json<Listing<Consent>>, Problem> {
    let found = applications::list(&app, caller.user()?, &filters.paging()?).await?;
    Ok(Json(found.map(Consent::from).into()))
}

async fn withdrawn(
    Call { app, caller }: Call,
    InPath(client): InPath<String>,
) -> Result<StatusCode, Problem> {
    match applications::cut_off(&app, caller.actor.by(), caller.user()?, &client).await {
        Err(refusal) if refusal.code != ErrorCode::NotFound => Err(refusal.into()),
        _ => Ok(StatusCode::NO_CONTENT),
    }
}

impl From<Application> for Consent {
    fn from(held: Application) -> Self {
        let metadata = &held.client.metadata;
        Self {
            client_id: held.client.identifier.to_string(),
            name: metadata.name.to_string(),
            publisher: held.publisher,
            homepage_url: metadata.homepage_url.as_ref().map(ToString::to_string),
            scopes: held.scopes.iter().map(str::to_owned).collect(),
            claims: held.claims.iter().map(|claim| claim.as_str()).collect(),
            since: held.since.0,
            last_used_at: held.last_used_at.map(|at| at.0),
        }
    }
}
