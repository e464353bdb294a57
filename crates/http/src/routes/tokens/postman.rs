use axum::Json;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::asked::ManagedToken;
use super::snippets::{Way, way};
use crate::answer::PageRefusal;

/// The format, as it names itself.
const SCHEMA: &str = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json";

/// A collection for Postman, with an empty variable for the value of the token.
pub(super) async fn collection(
    ManagedToken { app, at, token, .. }: ManagedToken,
) -> Result<Response, PageRefusal> {
    let name = token.api().map(|api| api.name.to_string()).unwrap_or_default();
    let way = way(&app, &at, &token);
    let body = json!({
        "info": { "name": name, "schema": SCHEMA },
        "auth": auth(&way),
        "variable": [{ "key": "postern_token", "value": "", "type": "string" }],
        "item": [{ "name": "Whether it works", "request": { "method": "GET", "url": way.url } }],
    });
    let file = HeaderValue::from_static("attachment; filename=\"postman.json\"");
    Ok(([(header::CONTENT_DISPOSITION, file)], Json(body)).into_response())
}

fn auth(way: &Way) -> Value {
    let pair = |key: &str, value: &str| json!({ "key": key, "value": value, "type": "string" });
    if way.bearer {
        return json!({ "type": "bearer", "bearer": [pair("token", "{{postern_token}}")] });
    }
    let basic = [pair("username", &way.user), pair("password", "{{postern_token}}")];
    json!({ "type": "basic", "basic": basic })
}
