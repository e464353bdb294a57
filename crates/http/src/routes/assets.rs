//! `/assets/…`: styles, scripts and icons, embedded in the binary.

use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use postern_templating::assets;

use crate::rights::{Right, Routes};

pub(crate) fn routes() -> Routes {
    Routes::new().get("/assets/{*path}", Right::Protocol, asset)
}

async fn asset(Path(path): Path<String>, headers: HeaderMap) -> Response {
    let Some(asset) = assets::asset(&path) else { return StatusCode::NOT_FOUND.into_response() };
    let accepts_gzip = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.split(',').any(|coding| coding.trim().split(';').next() == Some("gzip")));
    let lasting =
        if asset.immutable { "public, max-age=31536000, immutable" } else { "public, max-age=3600" };
    let (body, encoding) = match asset.gzip.filter(|_| accepts_gzip) {
        Some(gzip) => (Body::from(gzip), Some("gzip")),
        None => (Body::from(asset.bytes.into_owned()), None),
    };
    let mut response = body.into_response();
    let answer = response.headers_mut();
    answer.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    answer.insert(header::CACHE_CONTROL, HeaderValue::from_static(lasting));
    answer.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(encoding) = encoding {
        answer.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}
