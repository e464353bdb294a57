//! `/session-api.js` and `/session-api-token`: how a page of somebody who is signed in obtains the token by which it calls
//! the API.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, on};
use postern_domain::{ErrorCode, Refusal};
use postern_flows::{App, session_api_token};
use postern_templating::assets;
use serde_json::json;

use crate::answer::{log_cause, retry_after};
use crate::rights::{Right, Routes};
use crate::session;

const TOKEN: &str = "/session-api-token";

pub(crate) fn routes() -> Routes {
    let token = on(MethodFilter::POST, obtain).on(MethodFilter::OPTIONS, ask);
    Routes::new().get("/session-api.js", Right::Protocol, script).with("POST", TOKEN, Right::Protocol, token)
}

async fn script(State(app): State<Arc<App>>) -> Response {
    let asset = assets::asset("session-api.js").filter(|_| app.config.session_api_token.enabled);
    let Some(asset) = asset else { return StatusCode::NOT_FOUND.into_response() };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type)),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600")),
    ];
    (headers, asset.bytes.into_owned()).into_response()
}

/// What a browser asks before a page of another origin may post.
async fn ask(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    let Some(origin) = trusted(&app, &headers) else { return StatusCode::FORBIDDEN.into_response() };
    let allowed = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST")),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("accept, content-type")),
        (header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600")),
    ];
    with_origin((StatusCode::NO_CONTENT, allowed).into_response(), origin)
}

async fn obtain(State(app): State<Arc<App>>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    if !app.config.session_api_token.enabled {
        return refused(Refusal::not_found("this server gives out no session API tokens"));
    }
    let Some(origin) = trusted(&app, &parts.headers) else {
        return refused(Refusal::forbidden(
            "the page's origin is not in session_api_token.origins, so its scripts may not act as you",
        ));
    };
    let answer = match session::of_cookie(&app, &parts).await {
        Ok(Some(signed_in)) => session_api_token::obtain(&app, &signed_in.session).await,
        Ok(None) => Err(Refusal::login_required("nobody is signed in in this browser")),
        Err(refusal) => Err(refusal),
    };
    let answer = match answer {
        Ok(obtained) => {
            let (token, header) = (obtained.token.reveal(), &app.config.session_api_token.header);
            let body = json!({ "token": token, "expires_at": obtained.expires_at, "header": header });
            Json(body).into_response()
        }
        Err(refusal) => refused(refusal),
    };
    with_origin(answer, origin)
}

/// The origin that a request comes from, if its pages may obtain a token: our own, or one that the operator named. A
/// browser says it with every POST.
fn trusted(app: &App, headers: &HeaderMap) -> Option<HeaderValue> {
    let mut origins = headers.get_all(header::ORIGIN).iter();
    let (Some(origin), None) = (origins.next(), origins.next()) else { return None };
    let own = app.config.public_url.origin().ascii_serialization();
    let settings = &app.config.session_api_token;
    let named = || settings.origins.iter().any(|known| known.as_bytes() == origin.as_bytes());
    let known = origin.as_bytes() == own.as_bytes() || named();
    (settings.enabled && known).then(|| origin.clone())
}

fn with_origin(mut response: Response, origin: HeaderValue) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    headers.insert(header::VARY, HeaderValue::from_static("origin"));
    response
}

fn refused(refusal: Refusal) -> Response {
    log_cause(&refusal);
    let status = match refusal.code {
        ErrorCode::LoginRequired => StatusCode::UNAUTHORIZED,
        ErrorCode::NotFound => StatusCode::NOT_FOUND,
        ErrorCode::Forbidden => StatusCode::FORBIDDEN,
        ErrorCode::TemporarilyUnavailable => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    };
    let title = status.canonical_reason().unwrap_or_default();
    let body = json!({
        "type": "about:blank",
        "title": title,
        "status": status.as_u16(),
        "code": refusal.code.as_str(),
        "detail": refusal.description,
    });
    let kind = [(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"))];
    let mut response = (status, kind, Json(body).into_response().into_body()).into_response();
    if let Some(wait) = retry_after(&refusal) {
        response.headers_mut().insert(header::RETRY_AFTER, wait);
    }
    response
}

#[cfg(test)]
mod tests;
