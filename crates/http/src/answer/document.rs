use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use postern_domain::Lifetime;
use sha2::{Digest as _, Sha256};

/// A public document that others may keep for a while.
pub(crate) struct Document<'a> {
    pub(crate) content_type: &'static str,
    pub(crate) body: &'a str,
    pub(crate) max_age: Lifetime,
}

impl Document<'_> {
    /// The document, or the word that what the asker has is still it (RFC 9110 section 13.1.2).
    pub(crate) fn answer(&self, request: &HeaderMap) -> Response {
        let digest = Sha256::digest(self.body);
        let etag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(digest.get(..12).unwrap_or(&digest)));
        let known = request.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
        let still_good = known.is_some_and(|known| {
            known
                .split(',')
                .any(|tag| matches!(tag.trim(), "*") || tag.trim().trim_start_matches("W/") == etag)
        });
        let mut response = if still_good {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            let content_type = HeaderValue::from_static(self.content_type);
            ([(header::CONTENT_TYPE, content_type)], self.body.to_owned()).into_response()
        };
        let headers = response.headers_mut();
        let lasting = format!("public, max-age={}", self.max_age.as_seconds());
        for (name, value) in [(header::CACHE_CONTROL, lasting), (header::ETAG, etag)] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(name, value);
            }
        }
        response
    }
}
