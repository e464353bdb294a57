use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use postern_domain::{Client, Refusal};
use postern_flows::clients::{self, Manager};
use postern_flows::{Actor, App};
use postern_templating::Chrome;

use super::frame;
use crate::answer::PageRefusal;
use crate::request::{PageRequest, path_part};

/// A client that the person manages, their own or an organization's.
pub(super) struct ManagedClient {
    pub(super) page: PageRequest,
    pub(super) client: Client,
    actor: Actor,
}

impl ManagedClient {
    /// The client of this name, or `not_found` if it is none of theirs.
    pub(super) async fn find(page: PageRequest, name: &str) -> Result<Self, Refusal> {
        let actor = page.actor();
        let client = clients::find(&page.app, Manager::Actor(&actor), name).await?;
        Ok(Self { page, client, actor })
    }

    pub(super) const fn manager(&self) -> Manager<'_> {
        Manager::Actor(&self.actor)
    }

    /// Its `client_id`, by which it is found again.
    pub(super) fn name(&self) -> &str {
        self.client.identifier.as_str()
    }

    /// The frame of its pages.
    pub(super) async fn chrome(&self) -> Result<Chrome, Refusal> {
        frame::chrome(&self.page.app, &self.page.visitor, &self.client).await
    }
}

impl FromRequestParts<Arc<App>> for ManagedClient {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Response> {
        let page = PageRequest::from_request_parts(parts, app).await?;
        let name = path_part(parts, app, "client").await.unwrap_or_default();
        Self::find(page, &name).await.map_err(|refusal| PageRefusal::from(refusal).into_response())
    }
}
