use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::Response;
use postern_flows::{Actor, App, sessions};

use super::{SignedIn, Visitor};

/// Somebody who is signed in asks for a page.
pub(crate) struct PageRequest {
    pub(crate) app: Arc<App>,
    /// The same person, as the frame of a page and its form token need them.
    pub(crate) visitor: Visitor,
    pub(crate) signed_in: SignedIn,
}

impl PageRequest {
    /// The person, who may do what their account allows.
    pub(crate) fn actor(&self) -> Actor {
        self.signed_in.actor(&self.app)
    }

    /// Whether the person proved who they are of late.
    pub(crate) fn is_fresh(&self) -> bool {
        sessions::is_fresh(&self.app, &self.signed_in.session)
    }
}

impl FromRequestParts<Arc<App>> for PageRequest {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Response> {
        let signed_in = SignedIn::from_request_parts(parts, app).await?;
        let Ok(visitor) = Visitor::from_request_parts(parts, app).await;
        Ok(Self { app: Arc::clone(app), visitor, signed_in })
    }
}
