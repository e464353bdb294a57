use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use postern_flows::App;

/// What stands in the address of a request in the place of `{name}`; `None` where its route has no such place.
pub(crate) async fn path_part(parts: &mut Parts, app: &Arc<App>, name: &str) -> Option<String> {
    let found = Path::<BTreeMap<String, String>>::from_request_parts(parts, app).await;
    found.ok().and_then(|Path(mut found)| found.remove(name))
}
