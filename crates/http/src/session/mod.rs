//! Who is signed in in a browser.

use std::sync::Arc;

use axum::extract::Request;
use postern_domain::Refusal;
use postern_flows::App;
use tower::layer::util::Identity;

use crate::request::SignedIn;

/// What finds a request's session and sets its cookie.
pub(crate) fn layer(_app: &Arc<App>) -> Identity {
    Identity::new()
}

/// Who is signed in in the browser that sends `request`.
pub(crate) async fn current(_app: &App, _request: &mut Request) -> Result<Option<SignedIn>, Refusal> {
    Ok(None)
}
