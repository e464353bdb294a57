//! `/.well-known/jwks.json` (RFC 7517 section 5).

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, Method, header};
use axum::response::Response;
use postern_flows::keys::{self, JWKS_MAX_AGE};
use postern_flows::{App, endpoints};

use crate::answer::{Document, OAuthError};
use crate::request::ClientAddress;
use crate::rights::{Right, Routes};

pub(crate) fn routes() -> Routes {
    Routes::new().get(endpoints::JWKS, Right::ProtocolAnyOrigin, jwks)
}

async fn jwks(
    State(app): State<Arc<App>>,
    ClientAddress(address): ClientAddress,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, OAuthError> {
    let set = app.signing_keys().await?;
    // Whoever asks with HEAD sees none of them; whoever hears that theirs are still the same has them all.
    if method == Method::GET {
        let agent = headers.get(header::USER_AGENT).map(|agent| String::from_utf8_lossy(agent.as_bytes()));
        keys::note_fetch(&app, address, agent.as_deref().unwrap_or_default(), &set);
    }
    let jwks = set.jwks();
    let document = Document { content_type: "application/jwk-set+json", body: &jwks, max_age: JWKS_MAX_AGE };
    Ok(document.answer(&headers))
}
