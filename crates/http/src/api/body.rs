use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use postern_flows::App;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

use super::{Problem, strict_json};

const TOO_LARGE: &str = "the body is too large: 64 KiB at most";

/// The JSON body of a call, read strictly: no unknown field, no field twice.
pub(crate) struct JsonBody<T>(pub(crate) T);

/// The same where the body may be left out.
pub(crate) struct OptionalBody<T>(pub(crate) T);

/// The body of a call as it came.
pub(crate) struct RawBody(pub(crate) Bytes);

/// A picture, of whatever kind it says it is: what is in it is looked at later.
pub(crate) struct PictureBody(pub(crate) Bytes);

/// The kinds of picture that are taken.
pub(crate) const PICTURES: [&str; 3] = ["image/png", "image/jpeg", "image/webp"];

impl FromRequest<Arc<App>> for RawBody {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Problem> {
        bytes(request, app, TOO_LARGE).await.map(Self)
    }
}

impl FromRequest<Arc<App>> for PictureBody {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Problem> {
        if !PICTURES.iter().any(|known| is_of_kind(request.headers(), known)) {
            return Err(unsupported("send the picture itself as image/png, image/jpeg or image/webp"));
        }
        bytes(request, app, "the picture is larger than 1 MiB; send a smaller one").await.map(Self)
    }
}

impl<T: DeserializeOwned> FromRequest<Arc<App>> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Problem> {
        is_json(request.headers())?;
        let bytes = bytes(request, app, TOO_LARGE).await?;
        parse(&bytes).map(Self)
    }
}

impl<T: DeserializeOwned + Default> FromRequest<Arc<App>> for OptionalBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Problem> {
        let kind = is_json(request.headers());
        let bytes = bytes(request, app, TOO_LARGE).await?;
        if bytes.is_empty() {
            return Ok(Self(T::default()));
        }
        kind?;
        parse(&bytes).map(Self)
    }
}

/// Reads a field of a change: one that is not there is `None`, one that is `null` is `Some(None)`.
pub(crate) fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let unreadable =
        |error: serde_json::Error| Problem::malformed(format!("the body cannot be read: {error}"));
    let value = strict_json::parse(bytes).map_err(unreadable)?;
    if !value.is_object() {
        return Err(Problem::malformed("the body must be an object of JSON: {…}"));
    }
    T::deserialize(value).map_err(unreadable)
}

async fn bytes(request: Request, app: &Arc<App>, too_large: &'static str) -> Result<Bytes, Problem> {
    Bytes::from_request(request, app).await.map_err(|rejection| match rejection.into_response().status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", too_large),
        _ => Problem::malformed("the body ended early"),
    })
}

fn is_json(headers: &HeaderMap) -> Result<(), Problem> {
    if is_of_kind(headers, "application/json") {
        return Ok(());
    }
    Err(unsupported("send the body as application/json, not compressed"))
}

/// Whether exactly one content type is named, it is this one, and nothing is compressed.
fn is_of_kind(headers: &HeaderMap, known: &str) -> bool {
    let mut kinds = headers.get_all(header::CONTENT_TYPE).iter();
    let kind = kinds.next().filter(|_| kinds.next().is_none()).and_then(|kind| kind.to_str().ok());
    let essence = kind.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    let coded = headers.get(header::CONTENT_ENCODING).is_some_and(|coding| coding != "identity");
    essence.eq_ignore_ascii_case(known) && !coded
}

fn unsupported(detail: &'static str) -> Problem {
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail)
}
