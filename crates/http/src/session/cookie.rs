//! Cookies beside the session's: small, of this server alone, and out of reach of scripts.

use axum::http::{HeaderMap, HeaderValue};
use postern_domain::Lifetime;
use postern_flows::App;

use crate::request::cookies;

/// A cookie, by its name without https and with it.
pub(super) struct Cookie {
    pub(super) plain: &'static str,
    pub(super) secure: &'static str,
}

impl Cookie {
    fn name(&self, app: &App) -> &'static str {
        if app.config.is_https() { self.secure } else { self.plain }
    }

    /// The cookie as a browser is to keep it for so long; it forgets one at once that is kept for no time.
    pub(super) fn written(&self, app: &App, value: &str, age: Lifetime) -> Option<HeaderValue> {
        let secure = if app.config.is_https() { "; Secure" } else { "" };
        let (name, age) = (self.name(app), age.as_seconds());
        HeaderValue::from_str(&format!(
            "{name}={value}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}"
        ))
        .ok()
    }

    /// The first of what a browser sent.
    pub(super) fn first(&self, app: &App, headers: &HeaderMap) -> Option<String> {
        self.sent(app, headers).next()
    }

    /// What a browser sent; nothing where there is more than one.
    pub(super) fn only(&self, app: &App, headers: &HeaderMap) -> Option<String> {
        let mut sent = self.sent(app, headers);
        sent.next().filter(|_| sent.next().is_none())
    }

    fn sent(&self, app: &App, headers: &HeaderMap) -> impl Iterator<Item = String> {
        let name = self.name(app);
        cookies(headers).filter(move |(known, _)| *known == name).map(|(_, value)| value.to_owned())
    }
}
