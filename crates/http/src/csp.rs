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

/// The policy of a page whose form leads on to `target`, a registered redirect URI: browsers hold every redirect behind a
/// form to `form-action`, also those the app makes from there to another https address of its own.
pub(crate) fn with_form_action(target: &str) -> HeaderValue {
    let url = url::Url::parse(target).ok();
    let source = url.map(|url| match (url.scheme(), url.host()) {
        // An IPv6 address cannot be written as a source.
        ("http" | "https", None | Some(url::Host::Ipv6(_))) => format!("{}:", url.scheme()),
        ("http" | "https", Some(_)) => url.origin().ascii_serialization(),
        (scheme, _) => format!("{scheme}:"),
    });
    let policy = source.map_or_else(|| POLICY.to_owned(), |source| format!("{POLICY} {source} https:"));
    HeaderValue::from_str(&policy).unwrap_or(PAGE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_may_lead_to_the_app_and_nowhere_unencrypted_else() {
        for (target, sources) in [
            ("https://app.example/cb?x=1", "https://app.example https:"),
            ("https://app.example:8443/cb", "https://app.example:8443 https:"),
            ("http://127.0.0.1:9000/cb", "http://127.0.0.1:9000 https:"),
            ("http://[::1]:9000/cb", "http: https:"),
            ("com.example.app:/cb", "com.example.app: https:"),
        ] {
            let policy = with_form_action(target);
            let (_, found) = policy.to_str().unwrap().split_once("form-action 'self' ").unwrap();
            assert_eq!(found, sources, "{target}");
        }
    }
}
