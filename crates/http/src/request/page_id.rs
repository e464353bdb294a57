use std::str::FromStr;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use postern_domain::Refusal;
use postern_flows::App;

use super::path_part;
use crate::answer::PageRefusal;

/// The `{id}` in the address of a page. What cannot be one names nothing.
pub(crate) struct PageId<T>(pub(crate) T);

impl<T: FromStr> FromRequestParts<Arc<App>> for PageId<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Response> {
        let id = path_part(parts, app, "id").await.and_then(|id| id.parse().ok());
        id.map(Self).ok_or_else(|| {
            PageRefusal::from(Refusal::not_found("there is nothing under this address")).into_response()
        })
    }
}
