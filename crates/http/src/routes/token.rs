//! `/v1/oauth2/token` (RFC 6749 section 3.2).

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use postern_flows::{App, endpoints, grants};

use crate::request::BackChannel;
use crate::rights::{Right, Routes};

pub(crate) fn routes() -> Routes {
    Routes::new().post(endpoints::TOKEN, Right::ProtocolAnyOrigin, token)
}

async fn token(State(app): State<Arc<App>>, request: BackChannel) -> Response {
    request
        .answer("token", async |sender| {
            let answer = grants::token(&app, sender).await?;
            // RFC 6749 section 5.1; `no-store` is on every answer that says nothing else.
            Ok(([(header::PRAGMA, HeaderValue::from_static("no-cache"))], Json(answer)))
        })
        .await
}
