//! The cookie by which the frame of `check_session_iframe` knows what session this is (OIDC Session Management 1.0).

use axum::http::{HeaderMap, HeaderValue, header};
use postern_domain::Session;
use postern_flows::{App, session_state};

use crate::request::cookies;

/// Puts the cookie right on an answer to a browser that has it otherwise, unless the answer itself has done so. A script
/// reads it, in a frame on pages of other sites; it says nothing of the session and opens nothing.
pub(crate) fn keep_state(app: &App, wrong: Option<HeaderValue>, answer: &mut HeaderMap) {
    let name = name(app).as_bytes();
    let is_set = answer.get_all(header::SET_COOKIE).iter().any(|set| set.as_bytes().starts_with(name));
    if let Some(cookie) = wrong.filter(|_| !is_set) {
        answer.append(header::SET_COOKIE, cookie);
    }
}

/// The cookie as it is to be, if the browser has it otherwise.
pub(crate) fn state_cookie(app: &App, headers: &HeaderMap, session: Option<&Session>) -> Option<HeaderValue> {
    let name = name(app);
    let sent = cookies(headers).find(|(known, _)| *known == name).map_or("", |(_, value)| value);
    let value = session_state::browser_state(app, session);
    (sent != value).then(|| cookie(app, &value)).flatten()
}

/// Takes the cookie away: nobody is signed in any more.
pub(crate) fn forget_state(app: &App, answer: &mut HeaderMap) {
    keep_state(app, cookie(app, ""), answer);
}

fn cookie(app: &App, value: &str) -> Option<HeaderValue> {
    let place = if app.config.is_https() { "SameSite=None; Secure" } else { "SameSite=Lax" };
    let age = if value.is_empty() { 0 } else { app.config.lifetimes.session_absolute.as_seconds() };
    HeaderValue::from_str(&format!("{}={value}; Path=/; Max-Age={age}; {place}", name(app))).ok()
}

fn name(app: &App) -> &'static str {
    if app.config.is_https() { "__Host-postern_state" } else { "postern_state" }
}
