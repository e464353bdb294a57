//! The cookie of a browser between the two steps of a sign-in. It is no session: all that it is good for is the second step.

use axum::http::{HeaderMap, HeaderValue};
use postern_domain::Plain;
use postern_flows::{App, second_factor};

use crate::request::cookies;

/// The cookie as a browser is to keep it.
pub(crate) fn cookie(app: &App, value: &Plain) -> Option<HeaderValue> {
    written(app, value.reveal(), second_factor::LIFETIME.as_seconds())
}

/// The cookie as a browser is to forget it.
pub(crate) fn gone(app: &App) -> Option<HeaderValue> {
    written(app, "", 0)
}

/// What a browser sent; nothing where there is more than one.
pub(crate) fn sent(app: &App, headers: &HeaderMap) -> Option<String> {
    let mut sent = cookies(headers).filter(|(known, _)| *known == name(app));
    match (sent.next(), sent.next()) {
        (Some((_, value)), None) => Some(value.to_owned()),
        _ => None,
    }
}

fn written(app: &App, value: &str, age: i64) -> Option<HeaderValue> {
    let secure = if app.config.is_https() { "; Secure" } else { "" };
    let cookie = format!("{}={value}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}", name(app));
    HeaderValue::from_str(&cookie).ok()
}

fn name(app: &App) -> &'static str {
    if app.config.is_https() { "__Host-postern_step" } else { "postern_step" }
}
