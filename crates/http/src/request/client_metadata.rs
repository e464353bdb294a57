use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header;
use postern_domain::Refusal;
use postern_flows::App;
use serde_json::{Map, Value};

use crate::api::strict_json;

/// What a client sends of itself to the registration endpoint (RFC 7591 section 3.1): one object of JSON, no field twice.
pub(crate) struct SentMetadata(pub(crate) Result<Map<String, Value>, Refusal>);

impl FromRequest<Arc<App>> for SentMetadata {
    type Rejection = Infallible;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Infallible> {
        let kinds = request.headers().get_all(header::CONTENT_TYPE).iter();
        let kinds: Vec<&str> = kinds.map(|kind| kind.to_str().unwrap_or_default()).collect();
        let is_json = matches!(kinds.as_slice(), [kind] if is_json(kind));
        if !is_json || request.headers().contains_key(header::CONTENT_ENCODING) {
            return Ok(refused("send the metadata as application/json, not compressed".to_owned()));
        }
        let Ok(bytes) = Bytes::from_request(request, app).await else {
            return Ok(refused("the metadata is larger than 64 KiB, or ended early".to_owned()));
        };
        Ok(match strict_json::parse(&bytes) {
            Ok(Value::Object(fields)) => Self(Ok(fields)),
            Ok(_) => refused("the metadata must be an object of JSON: {...}".to_owned()),
            Err(error) => refused(format!("the metadata cannot be read: {error}")),
        })
    }
}

fn is_json(kind: &str) -> bool {
    let essence = kind.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

fn refused(why: String) -> SentMetadata {
    SentMetadata(Err(Refusal::invalid_client_metadata(why)))
}
