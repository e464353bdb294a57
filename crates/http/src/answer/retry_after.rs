use axum::http::HeaderValue;
use postern_domain::{ErrorCode, Refusal};

/// The `Retry-After` of a refusal (RFC 9110 section 10.2.3): after as long as it says or, where the database is away, in
/// a moment.
pub(crate) fn retry_after(refusal: &Refusal) -> Option<HeaderValue> {
    match (refusal.retry_after, refusal.code) {
        (Some(wait), _) => Some(HeaderValue::from(wait.as_seconds())),
        (None, ErrorCode::TemporarilyUnavailable) => Some(HeaderValue::from_static("1")),
        (None, _) => None,
    }
}
