//! The cookie by which a browser is known again when somebody signs in there.

use axum::http::{HeaderMap, HeaderValue};
use postern_flows::{App, device};

use super::cookie::Cookie;

const DEVICE: Cookie = Cookie { plain: "postern_device", secure: "__Host-postern_device" };

/// The cookie as a browser is to keep it.
pub(crate) fn cookie(app: &App, value: &str) -> Option<HeaderValue> {
    DEVICE.written(app, value, device::LIFETIME)
}

/// The cookie that a browser sent.
pub(super) fn sent(app: &App, headers: &HeaderMap) -> Option<String> {
    DEVICE.first(app, headers)
}
