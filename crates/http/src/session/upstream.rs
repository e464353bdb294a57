//! The cookie of a browser whose person is at a sign-in provider: only there is the provider's answer taken. It is no session.

use axum::http::{HeaderMap, HeaderValue};
use postern_domain::Plain;
use postern_flows::{App, upstream};

use crate::request::cookies;

/// The cookie as a browser is to keep it.
pub(crate) fn cookie(app: &App, value: &Plain) -> Option<HeaderValue> {
    let secure = if app.config.is_https() { "; Secure" } else { "" };
    let (name, value, age) = (name(app), value.reveal(), upstream::LIFETIME.as_seconds());
    HeaderValue::from_str(&format!("{name}={value}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}"))
        .ok()
}

/// What a browser sent; nothing where there is more than one, or one that was not made here.
pub(crate) fn sent(app: &App, headers: &HeaderMap) -> Option<String> {
    let mut sent = cookies(headers).filter(|(known, _)| *known == name(app));
    let (Some((_, value)), None) = (sent.next(), sent.next()) else { return None };
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (value.len() == 43 && value.bytes().all(fits)).then(|| value.to_owned())
}

fn name(app: &App) -> &'static str {
    if app.config.is_https() { "__Host-postern_upstream" } else { "postern_upstream" }
}
