//! `/v1/tokens/revoke-leaked`: whoever finds a token can have it revoked.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use postern_domain::Refusal;
use postern_flows::App;
use postern_flows::leaks::{self, REVOKE_LEAKED, Signature};
use serde_json::json;

use crate::answer::OAuthError;
use crate::request::ClientAddress;
use crate::rights::{Right, Routes};

/// The headers by which scanners of secrets sign their reports.
const KEY: &str = "github-public-key-identifier";
const SIGNATURE: &str = "github-public-key-signature";

pub(crate) fn routes() -> Routes {
    Routes::new().post(REVOKE_LEAKED, Right::Protocol, revoke_leaked)
}

/// The answer is the same whether a token was known or not.
async fn revoke_leaked(
    State(app): State<Arc<App>>,
    ClientAddress(from): ClientAddress,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, OAuthError> {
    let signature = signature(&headers)?;
    leaks::report(&app, &body, signature, from).await?;
    Ok(Json(json!({ "received": true })).into_response())
}

fn signature(headers: &HeaderMap) -> Result<Option<Signature<'_>>, Refusal> {
    let once = |name: &str| {
        let mut values = headers.get_all(name).iter();
        match (values.next(), values.next()) {
            (None, _) => Ok(None),
            (Some(value), None) => Ok(value.to_str().ok()),
            _ => Err(Refusal::invalid_request(format!("the header {name} was sent more than once"))),
        }
    };
    match (once(KEY)?, once(SIGNATURE)?) {
        (Some(key), Some(value)) => Ok(Some(Signature { key, value })),
        (None, None) => Ok(None),
        _ => Err(Refusal::invalid_request(format!("a signed report has both {KEY} and {SIGNATURE}"))),
    }
}
