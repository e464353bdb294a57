//! `/healthz` and `/readyz`: what stands in front of the server asks whether it lives and whether it can do its work.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use postern_flows::{App, health};

use crate::rights::{Right, Routes};

pub(crate) fn routes() -> Routes {
    Routes::new().get("/healthz", Right::Protocol, alive).get("/readyz", Right::Protocol, ready)
}

/// Whoever can answer lives. The database is not asked: a restart would not mend it.
pub(crate) async fn alive() -> &'static str {
    "alive\n"
}

pub(crate) async fn ready(State(app): State<Arc<App>>) -> Response {
    let problems = health::problems(&app).await;
    if problems.is_empty() {
        return "ready\n".into_response();
    }
    let said: String = problems.into_iter().map(|problem| format!("{problem}\n")).collect();
    (StatusCode::SERVICE_UNAVAILABLE, said).into_response()
}
