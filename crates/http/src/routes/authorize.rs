//! `/v1/oauth2/authorize` (RFC 6749 section 3.1, OIDC Core section 3.1.2).

use std::net::IpAddr;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{MethodFilter, on};
use postern_domain::Refusal;
use postern_flows::App;
use postern_flows::authorize::{self, Posted};
use postern_flows::sessions::Switch;

use crate::answer::{PageRefusal, cannot_return, deliver, go_on, person};
use crate::request::{ClientAddress, Visitor, is_form};
use crate::rights::{Right, Routes};
use crate::session::{self, Browser};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get(authorize::PATH, Right::Public, asked)
        .post(authorize::PATH, Right::Public, posted)
        // A HEAD that is served as a GET would issue a code.
        .with(
            "HEAD",
            authorize::PATH,
            Right::Public,
            on(MethodFilter::HEAD, wrong_method).fallback(wrong_method),
        )
}

async fn asked(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    browser: Browser,
    ClientAddress(address): ClientAddress,
    RawQuery(query): RawQuery,
) -> Response {
    let query = query.unwrap_or_default();
    if authorize::brings_request_object(&query) {
        return keep(&app, &visitor, query.as_bytes(), address).await;
    }
    if let Some(meant) = authorize::meant_beside(&app, &query, person(&visitor)).await {
        return match session::switch(&browser, Switch { to: meant, ends: false }).await {
            Ok(()) => Redirect::to(&format!("{}?{query}", authorize::PATH)).into_response(),
            Err(refusal) => PageRefusal::from(refusal).into_response(),
        };
    }
    match authorize::authorize(&app, &query, person(&visitor)).await {
        Ok(next) => go_on(&app, &visitor, next),
        Err(error) => cannot_return(&visitor, error).into_response(),
    }
}

/// An app's own form: it comes without cookies, so it is kept and asked for again by a GET.
async fn posted(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let body = match body {
        Ok(body) if is_form(&headers) => body,
        Ok(_) => return wrong_form("send the parameters as application/x-www-form-urlencoded in the body"),
        Err(_) => return wrong_form("the body is too large, or ended early"),
    };
    keep(&app, &visitor, &body, address).await
}

async fn keep(app: &App, visitor: &Visitor, request: &[u8], address: IpAddr) -> Response {
    match authorize::keep(app, request, address).await {
        Ok(Posted::Kept(path)) => Redirect::to(&path).into_response(),
        Ok(Posted::Return(answer)) => deliver(app, visitor, &answer),
        Err(error) => cannot_return(visitor, error).into_response(),
    }
}

fn wrong_form(what: &'static str) -> Response {
    PageRefusal::of_app(Refusal::invalid_request(what), None, Vec::new()).into_response()
}

/// What another method than GET and POST gets.
pub(super) async fn wrong_method() -> Response {
    let allow = [(header::ALLOW, HeaderValue::from_static("GET, POST"))];
    (StatusCode::METHOD_NOT_ALLOWED, allow).into_response()
}
