use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use postern_domain::{Params, Refusal};
use postern_flows::App;

use crate::answer::PageRefusal;

/// The strictly read query of a request; what is wrong with it is for the endpoint to answer in its own shape.
pub(crate) struct QueryParams(pub(crate) Result<Params, Refusal>);

/// The strictly read query of a page of ours.
pub(crate) struct PageQuery(pub(crate) Params);

/// The strictly read form body of a machine's request, likewise.
pub(crate) struct ProtocolForm(pub(crate) Result<Params, Refusal>);

impl<S: Send + Sync> FromRequestParts<S> for QueryParams {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let query = parts.uri.query().unwrap_or_default();
        Ok(Self(Params::parse(query.as_bytes()).map_err(Refusal::from)))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for PageQuery {
    type Rejection = PageRefusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageRefusal> {
        let Ok(QueryParams(query)) = QueryParams::from_request_parts(parts, state).await;
        Ok(Self(query?))
    }
}

impl FromRequest<Arc<App>> for ProtocolForm {
    type Rejection = std::convert::Infallible;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Self::Rejection> {
        if !is_form(request.headers()) {
            return Ok(Self(Err(Refusal::invalid_request(
                "send the parameters as application/x-www-form-urlencoded in the body",
            ))));
        }
        Ok(Self(match Bytes::from_request(request, app).await {
            Ok(bytes) => Params::parse(&bytes).map_err(Refusal::from),
            Err(_) => Err(Refusal::invalid_request("the body is too large, or ended early")),
        }))
    }
}

/// Whether exactly one content type is named and it is that of a form.
pub(crate) fn is_form(headers: &HeaderMap) -> bool {
    let mut kinds = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(kind), None) = (kinds.next(), kinds.next()) else { return false };
    let essence = kind.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}
