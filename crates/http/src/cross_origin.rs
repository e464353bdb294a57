//! Calls that pages of other origins make from the browser (the Fetch standard's CORS protocol).

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{self, HeaderValue};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use postern_flows::App;

const ANY: HeaderValue = HeaderValue::from_static("*");
const METHODS: HeaderValue = HeaderValue::from_static("GET, POST, PUT, DELETE");
const API_METHODS: HeaderValue = HeaderValue::from_static("GET, POST, PUT, PATCH, DELETE");
const HEADERS: HeaderValue = HeaderValue::from_static("authorization, content-type");
const EXPOSED: HeaderValue = HeaderValue::from_static("www-authenticate, retry-after, x-request-id");
const API_EXPOSED: HeaderValue = HeaderValue::from_static(
    "www-authenticate, retry-after, x-request-id, x-ratelimit-limit, x-ratelimit-remaining, x-ratelimit-reset",
);
const A_DAY: HeaderValue = HeaderValue::from_static("86400");

/// Lets pages of any origin call and read, never with cookies, and answers what the browser asks beforehand.
pub(crate) async fn any_origin(request: Request, next: Next) -> Response {
    let allowed = Allowed { methods: METHODS, headers: HEADERS, exposed: EXPOSED };
    allowed.answer(request, next).await
}

/// The same for the REST API, which takes the session API token in a header of its own.
pub(crate) async fn any_origin_of_api(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let token = &app.config.session_api_token;
    let headers = HeaderValue::from_str(&format!("authorization, content-type, {}", token.header));
    let headers = headers.ok().filter(|_| token.enabled).unwrap_or(HEADERS);
    Allowed { methods: API_METHODS, headers, exposed: API_EXPOSED }.answer(request, next).await
}

/// What pages may send and read.
struct Allowed {
    methods: HeaderValue,
    headers: HeaderValue,
    exposed: HeaderValue,
}

impl Allowed {
    async fn answer(self, request: Request, next: Next) -> Response {
        let exposed = self.exposed.clone();
        let mut response = if is_preflight(request.method(), request.headers()) {
            self.permission()
        } else {
            next.run(request).await
        };
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, ANY);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
        response
    }

    fn permission(self) -> Response {
        let headers = [
            (header::ACCESS_CONTROL_ALLOW_METHODS, self.methods),
            (header::ACCESS_CONTROL_ALLOW_HEADERS, self.headers),
            (header::ACCESS_CONTROL_MAX_AGE, A_DAY),
        ];
        (StatusCode::NO_CONTENT, headers).into_response()
    }
}

fn is_preflight(method: &Method, headers: &HeaderMap) -> bool {
    method == Method::OPTIONS
        && headers.contains_key(header::ORIGIN)
        && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}
