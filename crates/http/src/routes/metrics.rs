//! `/metrics`: figures in the text format of Prometheus, at an address of their own or for whoever has the token.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Router, routing::get};
use postern_flows::meters::{Requests, gather};
use postern_flows::{App, meters};

use super::health::{alive, ready};
use crate::exposition::exposition;
use crate::request::header_token;
use crate::rights::{Right, Routes};

const KIND: &str = "text/plain; version=0.0.4; charset=utf-8";
/// Where nobody is to read them there is nothing.
const NOTHING: (StatusCode, &str) = (StatusCode::NOT_FOUND, "there is nothing at this address\n");

pub(crate) fn routes() -> Routes {
    Routes::new().get("/metrics", Right::Protocol, with_token)
}

/// What is served at `metrics.listen`: figures without a token, and how the server is.
pub fn metrics_router(app: Arc<App>) -> Router {
    Router::new()
        .route("/metrics", get(async |State(app): State<Arc<App>>| figures(&app).await))
        .route("/healthz", get(alive))
        .route("/readyz", get(ready))
        .with_state(app)
}

async fn with_token(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    if app.config.metrics.token_file.is_none() {
        return NOTHING.into_response();
    }
    let sent = header_token(&headers).ok().flatten();
    match sent {
        Some(sent) if meters::opens(&app, &sent).await => figures(&app).await,
        _ => {
            let challenge = [(header::WWW_AUTHENTICATE, "Bearer realm=\"metrics\"")];
            let told = "send the token of metrics.token_file: Authorization: Bearer …\n";
            (StatusCode::UNAUTHORIZED, challenge, told).into_response()
        }
    }
}

async fn figures(app: &App) -> Response {
    ([(header::CONTENT_TYPE, KIND)], exposition(&gather(app).await)).into_response()
}

/// Counts the requests to these routes, if anybody may know.
pub(super) fn counted(app: &App, routes: impl FnOnce() -> Vec<&'static str>) -> Option<Arc<Requests>> {
    app.config.metrics.are_read().then(|| Arc::clone(app.meters.requests(routes)))
}

#[cfg(test)]
mod tests;
