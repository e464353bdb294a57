//! The cookie of a browser whose person is at a sign-in provider: only there is the provider's answer taken. It is no session.

use axum::http::{HeaderMap, HeaderValue};
use postern_domain::Plain;
use postern_flows::{App, upstream};

use super::cookie::Cookie;

const UPSTREAM: Cookie = Cookie { plain: "postern_upstream", secure: "__Host-postern_upstream" };

/// The cookie as a browser is to keep it.
pub(crate) fn cookie(app: &App, value: &Plain) -> Option<HeaderValue> {
    UPSTREAM.written(app, value.reveal(), upstream::LIFETIME)
}

/// What a browser sent; nothing where there is more than one, or one that was not made here.
pub(crate) fn sent(app: &App, headers: &HeaderMap) -> Option<String> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    UPSTREAM.only(app, headers).filter(|value| value.len() == 43 && value.bytes().all(fits))
}
