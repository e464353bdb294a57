//! The Content-Security-Policy of pages.

use std::collections::BTreeSet;

use axum::http::HeaderValue;

/// Everything from here, nothing inline, framed by nobody.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

/// The policy of every page that says nothing else.
pub(crate) const PAGE: HeaderValue = HeaderValue::from_static(POLICY);

/// The policy of what apps load in a frame: its own script, and nothing else.
pub(crate) const FRAME_OF_APPS: HeaderValue =
    HeaderValue::from_static("default-src 'none'; script-src 'self'; base-uri 'none'; form-action 'none'");

/// The policy of what is no page.
pub(crate) const NO_PAGE: HeaderValue =
    HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

/// The policy of a page whose form leads on to `target`, a registered redirect URI. Chromium holds every redirect behind a
/// form to `form-action`, also those the app makes from there: to another https address, or to another port of the
/// developer's own machine.
pub(crate) fn with_form_action(target: &str) -> HeaderValue {
    with_form_actions([target])
}

/// The same where forms lead to several.
pub(crate) fn with_form_actions<'a>(targets: impl IntoIterator<Item = &'a str>) -> HeaderValue {
    let mut sources: Vec<String> = Vec::new();
    for source in targets.into_iter().filter_map(sources_of).flatten() {
        if !sources.contains(&source) {
            sources.push(source);
        }
    }
    let sources: String = sources.iter().map(|source| format!(" {source}")).collect();
    HeaderValue::from_str(&format!("{POLICY}{sources}")).unwrap_or(PAGE)
}

fn sources_of(target: &str) -> Option<Vec<String>> {
    let url = url::Url::parse(target).ok()?;
    let of = |sources: &[&str]| Some(sources.iter().map(|source| (*source).to_owned()).collect());
    match (url.scheme(), origin(&url)) {
        ("http", Some(origin)) => of(&[&origin, "http://localhost:*", "http://127.0.0.1:*", "https:"]),
        ("https", Some(origin)) => of(&[&origin, "https:"]),
        (scheme, _) => of(&[&format!("{scheme}:"), "https:"]),
    }
}

/// The policy of a page that loads these addresses in frames, and nothing else of others'.
pub(crate) fn with_frames(frames: &[url::Url]) -> HeaderValue {
    let sources: BTreeSet<String> =
        frames.iter().map(|url| origin(url).unwrap_or_else(|| format!("{}:", url.scheme()))).collect();
    let sources: Vec<String> = sources.into_iter().collect();
    HeaderValue::from_str(&format!("{POLICY}; frame-src {}", sources.join(" "))).unwrap_or(PAGE)
}

/// The origin, if it can be written as a source: an IPv6 address cannot, and a `;` in it would end the directive.
fn origin(url: &url::Url) -> Option<String> {
    let origin = url.origin();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '/');
    Some(origin.ascii_serialization()).filter(|text| origin.is_tuple() && text.chars().all(plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_may_lead_to_the_app_and_nowhere_unencrypted_else() {
        for (target, sources) in [
            ("https://app.example/cb?x=1", "https://app.example https:"),
            ("https://app.example:8443/cb", "https://app.example:8443 https:"),
            ("https://[2001:db8::1]/cb", "https:"),
            ("https://a;sandbox/cb", "https:"),
            (
                "http://127.0.0.1:9000/cb",
                "http://127.0.0.1:9000 http://localhost:* http://127.0.0.1:* https:",
            ),
            ("http://[::1]:9000/cb", "http: https:"),
            ("com.example.app:/cb", "com.example.app: https:"),
        ] {
            let policy = with_form_action(target);
            let (_, found) = policy.to_str().unwrap().split_once("form-action 'self' ").unwrap();
            assert_eq!(found, sources, "{target}");
        }
    }

    #[test]
    fn several_are_named_once() {
        let policy = with_form_actions(["https://a.example/x", "https://b.example", "https://a.example/y"]);
        let (_, found) = policy.to_str().unwrap().split_once("form-action 'self' ").unwrap();
        assert_eq!(found, "https://a.example https: https://b.example");
        assert_eq!(with_form_actions([]), PAGE);
    }

    #[test]
    fn frames_are_of_the_apps_that_are_told_and_of_nobody_else() {
        let frames = ["https://b.example/out?sid=1", "https://a.example:8443/x", "https://b.example/again"];
        let policy = with_frames(&frames.map(|url| url.parse().unwrap()));
        let (_, sources) = policy.to_str().unwrap().split_once("; frame-src ").unwrap();
        assert_eq!(sources, "https://a.example:8443 https://b.example");
        let odd = with_frames(&["https://[2001:db8::1]/x".parse().unwrap()]);
        assert!(odd.to_str().unwrap().ends_with("; frame-src https:"));
    }
}
