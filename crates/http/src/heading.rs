//! Where somebody is heading to who has to sign in or sign up first.

use axum::http::HeaderValue;
use axum::response::{IntoResponse, Redirect, Response};
use postern_domain::{OwnPath, Params};
use postern_flows::authorize::Waiting;
use postern_templating::pages::Destination;

use crate::{csp, face};

/// Pages that make no sense as the place to go on to after signing in.
const NO_DESTINATIONS: [&str; 9] = [
    "/login",
    "/login/second-step",
    "/register",
    "/logout",
    "/setup",
    "/reauthenticate",
    "/recover",
    "/recover/password",
    "/settings/security/required",
];

/// The own path in `return_to`; the home page if there is none, or something else stands there.
pub(crate) fn return_to(params: &Params) -> OwnPath {
    params
        .get("return_to")
        .and_then(OwnPath::parse)
        .filter(|path| {
            !NO_DESTINATIONS.contains(&path.path()) && !path.path().starts_with("/login/upstream/")
        })
        .unwrap_or_else(OwnPath::home)
}

/// The same, where no path and the home page are nowhere in particular.
pub(crate) fn elsewhere(params: &Params) -> Option<OwnPath> {
    Some(return_to(params)).filter(|path| *path != OwnPath::home())
}

/// A page of ours that goes on to `return_to` afterwards.
pub(crate) fn with_return_to(page: &str, return_to: &OwnPath) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("return_to", return_to.as_str())
        .finish();
    format!("{page}?{query}")
}

/// Sends somebody who signed in too long ago to prove who they are, and back to `path`.
pub(crate) fn prove_first(path: &str) -> Response {
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("return_to", path).finish();
    Redirect::to(&format!("/reauthenticate?{query}")).into_response()
}

/// The app that waits, as pages show it.
pub(crate) fn destination(waiting: &Waiting) -> Destination {
    Destination { face: face::of(&waiting.client), host: waiting.host.clone() }
}

/// The policy of a page whose form leads to the app that waits.
pub(crate) fn policy(waiting: &Waiting) -> HeaderValue {
    csp::with_form_action(&waiting.redirect_uri)
}
