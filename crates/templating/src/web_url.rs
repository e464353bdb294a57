//! Addresses as links: none of them runs a script, whoever wrote it. Every `href` and `action` of a template that is
//! not a literal goes through one of these.

/// The address where it is one of the web, else `#`: whatever a registration let through, no link runs a script.
pub(crate) fn web_url(url: &str) -> &str {
    let is_web = ["https://", "http://"]
        .iter()
        .any(|scheme| url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)));
    if is_web { url } else { "#" }
}

/// The path where it is one on this server, else `/`.
pub(crate) fn own_path(path: impl AsRef<str>) -> String {
    let path = path.as_ref();
    let is_own = path.starts_with('/') && !path.starts_with("//") && !path.starts_with("/\\");
    if is_own { path.into() } else { "/".into() }
}

/// A path or an address of the web, else `#`.
pub(crate) fn any_url(url: &str) -> String {
    if url.starts_with('/') { own_path(url) } else { web_url(url).into() }
}

/// A path, an address of the web, or one of an app on the same device, whose scheme is a domain backwards (RFC 8252 section
/// 7.1); else `#`.
pub(crate) fn app_url(url: &str) -> String {
    let is_of_app =
        url.split_once(':').is_some_and(|(scheme, _)| scheme.contains('.') && !scheme.contains('/'));
    if is_of_app { url.into() } else { any_url(url) }
}

/// The address without its scheme and without a lone slash at its end.
pub(crate) fn display(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.strip_suffix('/').filter(|host| !host.contains('/')).unwrap_or(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_web_is_linked() {
        assert_eq!(web_url("https://a.example/"), "https://a.example/");
        assert_eq!(web_url("HTTP://a.example/"), "HTTP://a.example/");
        for url in ["javascript:alert(1)", "data:text/html,x", " https://a.example", "//a.example", ""] {
            assert_eq!(web_url(url), "#", "{url}");
        }
    }

    #[test]
    fn own_paths_stay_here() {
        assert_eq!(own_path("/settings?a=b"), "/settings?a=b");
        for path in ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", ""] {
            assert_eq!(own_path(path), "/", "{path}");
        }
        assert_eq!(any_url("/a"), "/a");
        assert_eq!(any_url("https://a.example"), "https://a.example");
        assert_eq!(any_url("javascript:alert(1)"), "#");
        assert_eq!(app_url("com.example.app:/bye"), "com.example.app:/bye");
        assert_eq!(app_url("/a?b=c.d:e"), "/a?b=c.d:e");
        for url in ["javascript:alert(1)", "javascript:a.b:c", "data:text/html,x", "//evil.example"] {
            assert!(["#", "/"].contains(&app_url(url).as_str()), "{url}");
        }
    }

    #[test]
    fn links_read_as_hosts() {
        assert_eq!(display("https://a.example/"), "a.example");
        assert_eq!(display("https://a.example/b/"), "a.example/b/");
    }
}
