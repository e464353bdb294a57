//! `/logos/{digest}.png`: the logos of clients, and of the instance. A logo never changes under its name.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use postern_domain::ErrorCode;
use postern_flows::{App, logo as logos};

use crate::answer::log_cause;
use crate::rights::{Right, Routes};

const LASTING: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// It can be shown as a picture and as nothing else, also when it is opened by itself.
const PICTURE: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; sandbox");

pub(crate) fn routes() -> Routes {
    Routes::new().get("/logos/{file}", Right::Protocol, logo)
}

async fn logo(State(app): State<Arc<App>>, Path(file): Path<String>) -> Response {
    let Some(digest) = file.strip_suffix(".png") else { return StatusCode::NOT_FOUND.into_response() };
    match logos::find(&app, digest).await {
        Ok(logo) => {
            let Ok(kind) = HeaderValue::from_str(&logo.content_type) else {
                return StatusCode::NOT_FOUND.into_response();
            };
            let headers = [
                (header::CONTENT_TYPE, kind),
                (header::CACHE_CONTROL, LASTING),
                (header::CONTENT_SECURITY_POLICY, PICTURE),
            ];
            (headers, logo.bytes).into_response()
        }
        Err(refusal) if refusal.code == ErrorCode::NotFound => StatusCode::NOT_FOUND.into_response(),
        Err(refusal) => {
            log_cause(&refusal);
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}
