//! The cookie by which a browser is known again when somebody signs in there.

use axum::http::{HeaderMap, HeaderValue};
use postern_flows::{App, device};

use crate::request::cookies;

/// The cookie as a browser is to keep it.
pub(crate) fn cookie(app: &App, value: &str) -> Option<HeaderValue> {
    let secure = if app.config.is_https() { "; Secure" } else { "" };
    let (name, age) = (name(app), device::LIFETIME.as_seconds());
    HeaderValue::from_str(&format!("{name}={value}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}"))
        .ok()
}

/// The cookie that a browser sent.
pub(super) fn sent(app: &App, headers: &HeaderMap) -> Option<String> {
    let name = name(app);
    cookies(headers).find(|(known, _)| *known == name).map(|(_, value)| value.to_owned())
}

fn name(app: &App) -> &'static str {
    if app.config.is_https() { "__Host-postern_device" } else { "postern_device" }
}
