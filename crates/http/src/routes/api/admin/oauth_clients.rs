use axum::Json;
use postern_flows::administration::{self, ClientFilter};
use postern_flows::clients::{self, Manager};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::oauth_clients::OAuthClient;
use crate::api::{Access, Call, Filters, InPath, JsonBody, Listing, Operation, Problem};
use crate::rights::Routes;

const ALL: &str = "/v1/admin/oauth-clients";
const ONE: &str = "/v1/admin/oauth-clients/{client_id}";
const ADMIN: Access = Access::user("instance:admin");

pub(super) fn routes() -> Routes {
    let list = Operation::get(ALL, "listAllClients", ADMIN)
        .summary("Every OAuth client")
        .lists::<OAuthClient>()
        .filter(
            "query",
            "A `client_id`, an id, a whole name, or whose they are by user name, e-mail or slug.",
        )
        .filter_one_of("registered", "Only those that registered themselves.", &["itself"]);
    let change = Operation::patch(ONE, "setClientState", ADMIN)
        .summary("Close a client, or open it again: of a closed one no token works")
        .takes::<StateChange>()
        .answers::<OAuthClient>();
    Routes::new().api(list, listed).api(change, changed)
}

/// Whether a client can be used.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum ClientState {
    Active,
    Disabled,
}

/// What is to change.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct StateChange {
    state: ClientState,
}

async fn listed(Call { app, caller }: Call, filters: Filters) -> Result<Json<Listing<OAuthClient>>, Problem> {
    let paging = filters.paging()?;
    let filter = ClientFilter {
        query: filters.get("query").map(str::to_owned),
        registered_themselves: filters.get("registered").is_some(),
    };
    let found = administration::clients(&app, &caller.actor, &filter, &paging).await?;
    Ok(Json(found.map(|(client, usage)| OAuthClient::new(&app, &client, usage)).into()))
}

async fn changed(
    Call { app, caller }: Call,
    InPath(name): InPath<String>,
    JsonBody(change): JsonBody<StateChange>,
) -> Result<Json<OAuthClient>, Problem> {
    caller.needs_proof(&app)?;
    let closed = matches!(change.state, ClientState::Disabled);
    let client = clients::set_closed(&app, Manager::Actor(&caller.actor), &name, closed).await?;
    let insight = clients::insight(&app, &client).await?;
    Ok(Json(OAuthClient::new(&app, &client, insight.usage)))
}
