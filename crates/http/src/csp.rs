//! The Content-Security-Policy of pages.

use axum::http::HeaderValue;

/// Everything from here, nothing inline, framed by nobody.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

/// The policy of every page that says nothing else.
pub(crate) const PAGE: HeaderValue = HeaderValue::from_static(POLICY);

/// The policy of what is no page.
pub(crate) const NO_PAGE: HeaderValue =
    HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

/// The policy of a page whose form leads on to `target`: browsers hold the redirect after a form to `form-action` too.
/// The target is a registered redirect URI; of it only scheme, host and port are named.
pub(crate) fn with_form_action(target: &str) -> HeaderValue {
    let source = url::Url::parse(target).ok().and_then(|url| match (url.scheme(), url.host_str()) {
        (scheme @ ("http" | "https"), Some(host)) => Some(
            url.port()
                .map_or_else(|| format!("{scheme}://{host}"), |port| format!("{scheme}://{host}:{port}")),
        ),
        (scheme, _) => Some(format!("{scheme}:")),
    });
    let policy = source.map_or_else(|| POLICY.to_owned(), |source| format!("{POLICY} {source}"));
    HeaderValue::from_str(&policy).unwrap_or(PAGE)
}
