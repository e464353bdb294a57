//! `/.well-known/jwks.json` (RFC 7517 section 5).

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use postern_flows::keys::JWKS_MAX_AGE;
use postern_flows::{App, endpoints};

use crate::answer::{Document, OAuthError};
use crate::rights::{Right, Routes};

pub(crate) fn routes() -> Routes {
    Routes::new().get(endpoints::JWKS, Right::ProtocolAnyOrigin, jwks)
}

async fn jwks(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Response, OAuthError> {
    let jwks = app.signing_keys().await?.jwks();
    let document = Document { content_type: "application/jwk-set+json", body: &jwks, max_age: JWKS_MAX_AGE };
    Ok(document.answer(&headers))
}
