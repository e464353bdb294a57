//! The cookie of a browser between the two steps of a sign-in. It is no session: all that it is good for is the second step.

use axum::http::{HeaderMap, HeaderValue};
use postern_domain::{Lifetime, Plain};
use postern_flows::{App, second_factor};

use super::cookie::Cookie;

const STEP: Cookie = Cookie { plain: "postern_step", secure: "__Host-postern_step" };

/// The cookie as a browser is to keep it.
pub(crate) fn cookie(app: &App, value: &Plain) -> Option<HeaderValue> {
    STEP.written(app, value.reveal(), second_factor::LIFETIME)
}

/// The cookie as a browser is to forget it.
pub(crate) fn gone(app: &App) -> Option<HeaderValue> {
    STEP.written(app, "", Lifetime::seconds(0))
}

/// What a browser sent; nothing where there is more than one.
pub(crate) fn sent(app: &App, headers: &HeaderMap) -> Option<String> {
    STEP.only(app, headers)
}
