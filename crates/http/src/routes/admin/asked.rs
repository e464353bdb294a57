//! Who asks for a page of the console.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use postern_domain::{InstanceRight, Refusal, UserId};
use postern_flows::{Actor, App};
use postern_templating::{AdminTab, Chrome, Pager, Section};

use crate::answer::PageRefusal;
use crate::heading::prove_first;
use crate::page;
use crate::request::{PageId, PageRequest};

/// Somebody who manages users asks for a page of the console.
pub(super) struct Manager {
    pub(super) page: PageRequest,
    pub(super) actor: Actor,
}

/// Somebody who administers the instance does.
pub(super) struct Administrator(pub(super) Manager);

/// The same as a manager, about one account.
pub(super) struct AboutUser {
    pub(super) manager: Manager,
    pub(super) id: UserId,
}

impl Manager {
    /// The frame of a page.
    pub(super) fn chrome(&self, tab: AdminTab) -> Chrome {
        page::chrome(&self.page.app, &self.page.visitor, Section::Admin(tab))
    }

    /// Whether they have a right in the instance.
    pub(super) fn has(&self, right: InstanceRight) -> bool {
        self.actor.has_right(right)
    }

    /// Where somebody goes first who signed in too long ago for what they want to do at `path`.
    pub(super) fn proof_first(&self, path: &str) -> Option<Response> {
        (!self.page.is_fresh()).then(|| prove_first(path))
    }
}

impl FromRequestParts<Arc<App>> for Manager {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Response> {
        let page = PageRequest::from_request_parts(parts, app).await?;
        let actor = page.actor();
        if !actor.has_right(InstanceRight::UsersManage) {
            return Err(not_theirs());
        }
        Ok(Self { page, actor })
    }
}

fn not_theirs() -> Response {
    PageRefusal::from(Refusal::forbidden("this page is for administrators of this server")).into_response()
}

impl FromRequestParts<Arc<App>> for Administrator {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Response> {
        let manager = Manager::from_request_parts(parts, app).await?;
        if !manager.has(InstanceRight::InstanceAdmin) {
            return Err(not_theirs());
        }
        Ok(Self(manager))
    }
}

impl FromRequestParts<Arc<App>> for AboutUser {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Response> {
        let manager = Manager::from_request_parts(parts, app).await?;
        let PageId(id) = PageId::from_request_parts(parts, app).await?;
        Ok(Self { manager, id })
    }
}

/// The way through a list at `path`, whose filter these parameters are.
pub(super) fn pager(
    path: &str,
    filter: &[(&str, Option<&str>)],
    is_further_down: bool,
    next: Option<&str>,
) -> Pager {
    let url = |cursor: Option<&str>| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in filter.iter().copied().chain([("cursor", cursor)]) {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                query.append_pair(name, value);
            }
        }
        let query = query.finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    };
    Pager { previous_url: is_further_down.then(|| url(None)), next_url: next.map(|next| url(Some(next))) }
}
