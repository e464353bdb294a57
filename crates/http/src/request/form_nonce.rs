use axum::http::{HeaderMap, HeaderValue, header};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use postern_flows::App;

/// A random cookie by which forms know a browser in which nobody is signed in.
pub(crate) struct FormNonce {
    value: String,
    is_new: bool,
}

impl FormNonce {
    /// The browser's nonce, or a new one.
    pub(crate) fn of(headers: &HeaderMap, app: &App) -> Self {
        let name = cookie_name(app);
        let sent = cookies(headers).find(|(known, _)| *known == name).map(|(_, value)| value);
        match sent.filter(|value| value.len() == 22 && URL_SAFE_NO_PAD.decode(value).is_ok()) {
            Some(value) => Self { value: value.to_owned(), is_new: false },
            None => {
                let mut bytes = [0; 16];
                app.rng.fill(&mut bytes);
                Self { value: URL_SAFE_NO_PAD.encode(bytes), is_new: true }
            }
        }
    }

    pub(crate) fn value(&self) -> &str {
        &self.value
    }

    /// The `Set-Cookie` of a nonce that the browser does not have yet.
    pub(crate) fn new_cookie(&self, app: &App) -> Option<HeaderValue> {
        if !self.is_new {
            return None;
        }
        let secure = if app.config.is_https() { "; Secure" } else { "" };
        let cookie = format!("{}={}; Path=/; HttpOnly; SameSite=Lax{secure}", cookie_name(app), self.value);
        HeaderValue::from_str(&cookie).ok()
    }
}

fn cookie_name(app: &App) -> &'static str {
    if app.config.is_https() { "__Host-postern_form" } else { "postern_form" }
}

/// The cookies of a request, by name.
pub(crate) fn cookies(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
}
