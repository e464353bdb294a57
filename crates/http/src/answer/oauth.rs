use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use postern_domain::{ErrorCode, Refusal};
use serde::Serialize;

use super::{log_cause, retry_after};

/// A refusal of the token endpoint and its neighbours (RFC 6749 section 5.2).
pub(crate) struct OAuthError {
    refusal: Refusal,
    challenge: bool,
}

impl OAuthError {
    /// The same for a client that tried HTTP Basic: a failed authentication then answers with a challenge.
    pub(crate) const fn challenging(refusal: Refusal, challenge: bool) -> Self {
        Self { refusal, challenge }
    }
}

impl From<Refusal> for OAuthError {
    fn from(refusal: Refusal) -> Self {
        Self { refusal, challenge: false }
    }
}

#[derive(Serialize)]
struct Body<'a> {
    error: &'a str,
    error_description: String,
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        let Self { refusal, challenge } = self;
        log_cause(&refusal);
        let status = match refusal.code {
            ErrorCode::InvalidClient => StatusCode::UNAUTHORIZED,
            ErrorCode::Forbidden => StatusCode::FORBIDDEN,
            ErrorCode::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
            ErrorCode::ServerError => StatusCode::INTERNAL_SERVER_ERROR,
            ErrorCode::TemporarilyUnavailable => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_REQUEST,
        };
        let body = Body { error: refusal.code.as_str(), error_description: refusal.wire_description() };
        let mut response = (status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
        if challenge && refusal.code == ErrorCode::InvalidClient {
            headers.insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static("Basic realm=\"postern\", charset=\"UTF-8\""),
            );
        }
        if let Some(wait) = retry_after(&refusal) {
            headers.insert(header::RETRY_AFTER, wait);
        }
        response
    }
}
