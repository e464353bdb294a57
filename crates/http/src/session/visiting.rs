use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use postern_flows::App;
use postern_flows::sessions::Visit;

use super::device;
use crate::request::client_address;

/// From where somebody signs in.
pub(crate) struct Visiting(pub(crate) Visit);

impl FromRequestParts<Arc<App>> for Visiting {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Infallible> {
        let agent = parts.headers.get(header::USER_AGENT);
        Ok(Self(Visit {
            address: client_address(app, &parts.extensions, &parts.headers),
            user_agent: agent
                .map(|agent| String::from_utf8_lossy(agent.as_bytes()).into_owned())
                .unwrap_or_default(),
            device: device::sent(app, &parts.headers),
        }))
    }
}
