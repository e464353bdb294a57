use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use postern_domain::{ErrorCode, Refusal};
use serde_json::json;

use super::{Reason, log_cause, retry_after};

/// A refusal where a bearer token was due (RFC 6750 section 3).
#[derive(Clone)]
pub(crate) struct BearerError {
    /// What was wrong with it; `None` if there was none at all.
    refusal: Option<Refusal>,
    /// The scope that would have been needed.
    scope: Option<&'static str>,
    /// Whether there was no token, so that the challenge carries no error.
    was_missing: bool,
}

impl BearerError {
    /// No token was sent: the challenge carries no error (RFC 6750 section 3.1).
    pub(crate) const fn missing() -> Self {
        Self { refusal: None, scope: None, was_missing: true }
    }

    /// No token was sent, and the answer says which one is due.
    pub(crate) const fn missing_because(refusal: Refusal) -> Self {
        Self { refusal: Some(refusal), scope: None, was_missing: true }
    }

    /// The token does not hold `scope`.
    pub(crate) fn insufficient_scope(scope: &'static str) -> Self {
        let refusal = Refusal::insufficient_scope(format!("the token does not hold the scope “{scope}”"));
        Self { refusal: Some(refusal), scope: Some(scope), was_missing: false }
    }
}

impl From<Refusal> for BearerError {
    fn from(refusal: Refusal) -> Self {
        Self { refusal: Some(refusal), scope: None, was_missing: false }
    }
}

impl IntoResponse for BearerError {
    fn into_response(self) -> Response {
        let Some(refusal) = self.refusal else {
            let challenge =
                [(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"postern\""))];
            return (StatusCode::UNAUTHORIZED, challenge).into_response();
        };
        log_cause(&refusal);
        let status = match refusal.code {
            ErrorCode::InvalidRequest => StatusCode::BAD_REQUEST,
            ErrorCode::InsufficientScope | ErrorCode::InsufficientSubject | ErrorCode::OutsideLimits => {
                StatusCode::FORBIDDEN
            }
            ErrorCode::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
            ErrorCode::ServerError => StatusCode::INTERNAL_SERVER_ERROR,
            ErrorCode::TemporarilyUnavailable => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::UNAUTHORIZED,
        };
        let (error, description) = (refusal.code.as_str(), refusal.wire_description());
        let mut challenge = "Bearer realm=\"postern\"".to_owned();
        if !self.was_missing {
            challenge.push_str(&format!(", error=\"{error}\", error_description=\"{description}\""));
        }
        if let Some(scope) = self.scope {
            challenge.push_str(&format!(", scope=\"{scope}\""));
        }
        let body = Json(json!({ "error": error, "error_description": description }));
        let mut response = (status, body).into_response();
        response.extensions_mut().insert(Reason(error));
        if let Ok(challenge) = HeaderValue::from_str(&challenge)
            && !status.is_server_error()
        {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        if let Some(wait) = retry_after(&refusal) {
            response.headers_mut().insert(header::RETRY_AFTER, wait);
        }
        response
    }
}
