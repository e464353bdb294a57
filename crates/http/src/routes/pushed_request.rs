//! `/v1/oauth2/par` (RFC 9126).

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use postern_flows::{App, authorize, endpoints};

use crate::request::BackChannel;
use crate::rights::{Right, Routes};

pub(crate) fn routes() -> Routes {
    Routes::new().post(endpoints::PAR, Right::ProtocolAnyOrigin, push)
}

async fn push(State(app): State<Arc<App>>, request: BackChannel) -> Response {
    request
        .answer("par", async |sender| Ok((StatusCode::CREATED, Json(authorize::push(&app, sender).await?))))
        .await
}
