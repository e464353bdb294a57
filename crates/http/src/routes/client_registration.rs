//! `/v1/oauth2/register` (RFC 7591) and what is below it (RFC 7592).

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, put};
use postern_domain::{ErrorCode, Refusal};
use postern_flows::{App, client_registration as registration, endpoints};
use serde_json::{Map, Value};

use crate::answer::{BearerError, OAuthError};
use crate::request::{ClientAddress, SentMetadata, header_token};
use crate::rights::{Right, Routes};

const ONE: &str = "/v1/oauth2/register/{client_id}";

pub(crate) fn routes() -> Routes {
    Routes::new()
        .post(endpoints::REGISTER, Right::ProtocolAnyOrigin, register)
        .get(ONE, Right::ProtocolAnyOrigin, read)
        .with("PUT", ONE, Right::ProtocolAnyOrigin, put(replace))
        .with("DELETE", ONE, Right::ProtocolAnyOrigin, delete(unregister))
}

async fn register(
    State(app): State<Arc<App>>,
    ClientAddress(address): ClientAddress,
    uri: Uri,
    headers: HeaderMap,
    SentMetadata(sent): SentMetadata,
) -> Response {
    let token = match token(&uri, &headers) {
        Ok(token) => token,
        Err(refusal) => return refused(refusal, true),
    };
    let outcome = match sent {
        Ok(sent) => registration::register(&app, token.as_deref(), &sent, address).await,
        Err(refusal) => Err(refusal),
    };
    outcome
        .map_or_else(|refusal| refused(refusal, token.is_some()), |told| answered(StatusCode::CREATED, told))
}

async fn read(State(app): State<Arc<App>>, Path(id): Path<String>, uri: Uri, headers: HeaderMap) -> Response {
    managed(&uri, &headers, async |token| {
        Ok(answered(StatusCode::OK, registration::read(&app, &id, token).await?))
    })
    .await
}

async fn replace(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
    SentMetadata(sent): SentMetadata,
) -> Response {
    managed(&uri, &headers, async |token| {
        Ok(answered(StatusCode::OK, registration::replace(&app, &id, token, &sent?).await?))
    })
    .await
}

async fn unregister(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    managed(&uri, &headers, async |token| {
        registration::unregister(&app, &id, token).await?;
        Ok(StatusCode::NO_CONTENT.into_response())
    })
    .await
}

/// Hands the registration access token of a request to `flow` and answers what it refuses.
async fn managed(
    uri: &Uri,
    headers: &HeaderMap,
    flow: impl AsyncFnOnce(&str) -> Result<Response, Refusal>,
) -> Response {
    match token(uri, headers) {
        Ok(Some(token)) => flow(&token).await.unwrap_or_else(|refusal| refused(refusal, true)),
        Ok(None) => {
            let told = "send the client's registration access token in Authorization: Bearer";
            refused(Refusal::invalid_token(told), false)
        }
        Err(refusal) => refused(refusal, true),
    }
}

/// The token of a request, which is in the header and nowhere else.
fn token(uri: &Uri, headers: &HeaderMap) -> Result<Option<String>, Refusal> {
    if uri.query().is_some_and(|query| !query.is_empty()) {
        return Err(Refusal::invalid_request(
            "send nothing in the query, which is logged: the token belongs in the header, the metadata in the body",
        ));
    }
    header_token(headers).map_err(Refusal::invalid_request)
}

fn answered(status: StatusCode, told: Map<String, Value>) -> Response {
    // OIDC Registration section 3.2; `no-store` is on every answer that says nothing else.
    (status, [(header::PRAGMA, HeaderValue::from_static("no-cache"))], Json(told)).into_response()
}

/// What is wrong with a token is answered as RFC 6750 wants it, anything else as RFC 7591 section 3.2.2.
fn refused(refusal: Refusal, had_token: bool) -> Response {
    match refusal.code {
        ErrorCode::InvalidToken if had_token => BearerError::from(refusal).into_response(),
        ErrorCode::InvalidToken => BearerError::missing_because(refusal).into_response(),
        _ => OAuthError::from(refusal).into_response(),
    }
}

#[cfg(test)]
mod tests;
