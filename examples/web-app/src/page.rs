//! The app's pages: plain HTML with a stylesheet of their own, no script.

use std::{fmt::Write as _, time::Instant};

use axum::response::{Html, IntoResponse, Response};
use http::{
    HeaderValue, StatusCode,
    header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS},
};
use serde::Serialize;
use serde_json::Value;

use crate::{session::Account, settings::Settings};

const STYLE: &str = include_str!("style.css");

/// Something that went wrong, in words for the person and in detail for the developer.
pub(crate) struct Trouble {
    title: &'static str,
    sentence: &'static str,
    detail: String,
    status: StatusCode,
}

impl Trouble {
    /// A request that was turned down.
    pub(crate) fn new(title: &'static str, sentence: &'static str, detail: String) -> Self {
        Self { title, sentence, detail, status: StatusCode::BAD_REQUEST }
    }
}

impl From<anyhow::Error> for Trouble {
    fn from(error: anyhow::Error) -> Self {
        Self {
            title: "That did not work",
            sentence: "Ledgerly and the server that signs you in could not agree.",
            detail: format!("{error:#}"),
            status: StatusCode::BAD_GATEWAY,
        }
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        let body = format!(
            "<h1>{}</h1><p role=\"alert\">{}</p><p><a class=\"button\" href=\"/sign-in\">Try again</a> \
             <a class=\"plain\" href=\"/\">Back to the start</a></p>\
             <details><summary>For developers</summary><pre tabindex=\"0\">{}</pre></details>",
            self.title,
            self.sentence,
            escape(&self.detail)
        );
        (self.status, page(self.title, &body)).into_response()
    }
}

/// The page of somebody who is not signed in.
pub(crate) fn welcome(settings: &Settings) -> Response {
    let body = format!(
        "<h1>Books that balance themselves</h1>\
         <p class=\"lead\">Ledgerly keeps your accounts. It has no passwords of its own: you sign in with Postern, and \
         Ledgerly learns only what you allow there.</p>\
         <p><a class=\"button\" id=\"sign-in\" href=\"/sign-in\">Sign in with Postern</a></p>\
         <p class=\"small\">You will be sent to <code>{}</code> and come back here.</p>",
        escape(&settings.issuer)
    );
    page("Sign in", &body)
}

/// The page of somebody who is signed in.
pub(crate) fn account(settings: &Settings, account: &Account, form_token: &str) -> Response {
    let claims = members(&account.claims);
    let profile = account.profile.as_ref().map(members).unwrap_or_default();
    let mut body = format!("<h1>Hello, {}</h1>", escape(&name(&profile, &claims)));
    if let Some(notice) = &account.notice {
        let _ = write!(body, "<p class=\"notice\" role=\"status\">{}</p>", escape(notice));
    }
    body += &section(
        "Who signed you in",
        "From the id_token, whose signature and claims were verified.",
        &claims,
    );
    body += &section("Your profile", "What userinfo answered for Ledgerly’s access token.", &profile);
    body +=
        &section("What Ledgerly may do", "The tokens stay on Ledgerly’s server.", &tokens(settings, account));
    body += &buttons(account, form_token);
    page("Your account", &body)
}

/// The page at addresses that don't exist.
pub(crate) async fn not_found() -> Response {
    let body = "<h1>Nothing here</h1><p><a class=\"button\" href=\"/\">Back to the start</a></p>";
    (StatusCode::NOT_FOUND, page("Nothing here", body)).into_response()
}

type Rows = Vec<(String, String)>;

/// The top-level members of a JSON object, those without a value left out.
fn members(object: &impl Serialize) -> Rows {
    let Ok(Value::Object(members)) = serde_json::to_value(object) else { return Rows::new() };
    members
        .into_iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| (name, value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
        .collect()
}

fn tokens(settings: &Settings, account: &Account) -> Rows {
    let left = account.expires.map(|end| end.saturating_duration_since(Instant::now()).as_secs());
    let kind = if settings.client_secret.is_some() { "confidential" } else { "public" };
    let refresh = if account.refresh_token.is_some() { "yes" } else { "no" };
    [
        ("allowed", account.scopes.join(" ")),
        ("access ends in", left.map_or_else(|| "not said".into(), duration)),
        ("can be refreshed", refresh.into()),
        ("refreshed so far", account.refreshed.to_string()),
        ("client", format!("{} ({kind})", settings.client_id)),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .to_vec()
}

/// A duration in seconds, in the two largest units that say something.
fn duration(seconds: u64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) => format!("{minutes} min {} s", seconds % 60),
        (0, ..) => format!("{hours} h {minutes} min"),
        _ => format!("{days} d {hours} h"),
    }
}

fn name(profile: &Rows, claims: &Rows) -> String {
    let wanted = ["name", "preferred_username", "email", "sub"];
    let rows = || profile.iter().chain(claims);
    let found = wanted.iter().find_map(|wanted| rows().find(|(name, _)| name == wanted));
    found.map(|(_, value)| value.clone()).unwrap_or_default()
}

fn section(title: &str, note: &str, rows: &Rows) -> String {
    let mut html = format!("<section><h2>{title}</h2><p class=\"small\">{note}</p><dl>");
    for (name, value) in rows {
        let _ = write!(html, "<div><dt>{}</dt><dd>{}</dd></div>", escape(name), escape(value));
    }
    html + "</dl></section>"
}

fn buttons(account: &Account, form_token: &str) -> String {
    let form = |action: &str, class: &str, label: &str| {
        format!(
            "<form method=\"post\" action=\"/{action}\"><input type=\"hidden\" name=\"form_token\" \
             value=\"{}\"><button id=\"{action}\" class=\"{class}\">{label}</button></form>",
            escape(form_token)
        )
    };
    let refresh = account.refresh_token.as_ref().map(|_| form("refresh", "button", "Refresh the tokens"));
    format!(
        "<div class=\"row\">{}{}{}</div>",
        refresh.unwrap_or_default(),
        form("profile", "button quiet", "Call userinfo again"),
        form("sign-out", "button quiet", "Sign out and revoke the tokens")
    )
}

fn page(title: &str, body: &str) -> Response {
    let html = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title} · Ledgerly</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><link rel=\"icon\" href=\"data:,\">\
         <style>{STYLE}</style></head><body><header><a class=\"brand\" href=\"/\">Ledgerly</a></header>\
         <main>{body}</main><footer><p>An example app. It is not part of Postern.</p></footer></body></html>"
    );
    let mut response = Html(html).into_response();
    let headers = response.headers_mut();
    let policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; \
                  base-uri 'none'; frame-ancestors 'none'";
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Text made harmless inside HTML, in quoted attributes too.
fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_can_not_become_markup() {
        assert_eq!(escape("<b a=\"'\">&"), "&lt;b a=&quot;&#39;&quot;&gt;&amp;");
    }

    #[test]
    fn durations_read_well() {
        let said: Vec<_> = [59, 61, 3_660, 863_999].map(duration).to_vec();
        assert_eq!(said, ["59 s", "1 min 1 s", "1 h 1 min", "9 d 23 h"]);
    }
}
