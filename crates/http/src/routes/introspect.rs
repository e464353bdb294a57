//! `/v1/oauth2/introspect` (RFC 7662).

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use postern_flows::{App, bearer, endpoints};

use crate::request::BackChannel;
use crate::rights::{Right, Routes};

pub(crate) fn routes() -> Routes {
    Routes::new().post(endpoints::INTROSPECT, Right::Protocol, introspect)
}

async fn introspect(State(app): State<Arc<App>>, request: BackChannel) -> Response {
    request.answer("introspect", async |sender| bearer::introspect(&app, sender).await.map(Json)).await
}
