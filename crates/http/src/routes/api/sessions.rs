//! `/v1/sessions`: where somebody is signed in.

use axum::Json;
use axum::http::StatusCode;
use postern_domain::{Session, SessionId};
use postern_flows::sessions;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::{Access, Call, Filters, InPath, Listing, Operation, Problem};
use crate::rights::Routes;
use crate::session::device_of;

pub(crate) fn routes() -> Routes {
    let list = Operation::get("/v1/sessions", "listSessions", Access::user("user:read"))
        .summary("Where you are signed in")
        .lists::<SignedInSession>();
    let end = Operation::delete("/v1/sessions/{id}", "endSession", Access::user("user:write"))
        .summary("Sign a browser out");
    let end_others = Operation::delete("/v1/sessions", "endOtherSessions", Access::user("user:write"))
        .summary("Sign all browsers out but the one that asks");
    Routes::new().api(list, listed).api(end, ended).api(end_others, others_ended)
}

/// A browser in which somebody is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SignedInSession {
    /// The `sid` of id_tokens.
    id: Uuid,
    /// The browser and its system, as far as it says.
    device: String,
    /// The address it was last seen at.
    address: String,
    /// When the person last proved who they are, in Unix seconds.
    auth_time: i64,
    /// Unix seconds.
    created_at: i64,
    /// Unix seconds, to within some minutes.
    last_seen_at: i64,
    /// When it ends at the latest, in Unix seconds.
    expires_at: i64,
    /// Whether it is the one that asks.
    current: bool,
    /// The id of the administrator who acts as the person in it.
    impersonator_id: Option<Uuid>,
}

async fn listed(
    Call { app, caller }: Call,
    filters: Filters,
) -> Result<Json<Listing<SignedInSession>>, Problem> {
    let found = sessions::list(&app, caller.user()?.id, &filters.paging()?).await?;
    let here = caller.session().map(|session| session.id);
    Ok(Json(found.map(|session| shown(&session, here)).into()))
}

async fn ended(Call { app, caller }: Call, InPath(id): InPath<SessionId>) -> Result<StatusCode, Problem> {
    sessions::end_there(&app, caller.actor.by(), caller.user()?.id, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn others_ended(Call { app, caller }: Call) -> Result<StatusCode, Problem> {
    let here = caller.session().map(|session| session.id);
    sessions::end_others(&app, caller.actor.by(), caller.user()?.id, here).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) fn shown(session: &Session, here: Option<SessionId>) -> SignedInSession {
    let (_, device) = device_of(&session.user_agent);
    SignedInSession {
        id: session.id.0,
        device: device.to_string(),
        address: session.address.clone(),
        auth_time: session.auth_time.0,
        created_at: session.created_at.0,
        last_seen_at: session.last_seen_at.0,
        expires_at: session.expires_at.0,
        current: Some(session.id) == here,
        impersonator_id: session.impersonator.map(|by| by.user_id.0),
    }
}
