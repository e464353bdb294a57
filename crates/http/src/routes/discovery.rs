//! `/.well-known/openid-configuration` (OIDC Discovery section 4) and `/.well-known/oauth-authorization-server` (RFC 8414
//! section 3): one document at two addresses. And `/.well-known/oauth-protected-resource` (RFC 9728 section 3), of the API.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use postern_domain::Lifetime;
use postern_flows::{App, endpoints};
use postern_templating::Language;

use crate::answer::Document;
use crate::rights::{Right, Routes};

/// How long others may keep it: a changed setting is known everywhere after that.
const MAX_AGE: Lifetime = Lifetime::seconds(15 * 60);

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get(endpoints::OPENID_CONFIGURATION, Right::ProtocolAnyOrigin, discovery)
        .get(endpoints::AUTHORIZATION_SERVER, Right::ProtocolAnyOrigin, discovery)
        .get(endpoints::PROTECTED_RESOURCE, Right::ProtocolAnyOrigin, resource)
}

async fn discovery(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    let body = app.discovery(|| Language::all().map(Language::tag).collect());
    Document { content_type: "application/json", body, max_age: MAX_AGE }.answer(&headers)
}

async fn resource(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    app.see_brand().await;
    let body = &app.resource_metadata();
    Document { content_type: "application/json", body, max_age: MAX_AGE }.answer(&headers)
}
