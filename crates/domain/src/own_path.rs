use std::fmt;

use url::Url;

/// Longest path with its query, in bytes: an authorization request fits.
const MAX_LENGTH: usize = 16 * 1024;

/// An absolute path of this server with its query: the only kind of place that a page may send somebody on to because
/// a request said so. It has been read as a browser reads it and written anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnPath(String);

impl OwnPath {
    /// The home page.
    pub fn home() -> Self {
        Self("/".to_owned())
    }

    /// Reads a path. `None` if it leads, or might lead in some browser, to another server, or has anything in it that
    /// honest paths of ours do not have.
    pub fn parse(text: &str) -> Option<Self> {
        let plain = |b: u8| {
            b.is_ascii_graphic()
                && !matches!(b, b'\\' | b'"' | b'<' | b'>' | b'^' | b'`' | b'{' | b'|' | b'}')
        };
        if text.len() > MAX_LENGTH || !text.bytes().all(plain) || text.contains('#') {
            return None;
        }
        let (path, _) = text.split_once('?').unwrap_or((text, ""));
        if !is_plain_path(path) {
            return None;
        }
        let base = Url::parse("https://own.invalid/").ok()?;
        let url = base.join(text).ok()?;
        let here = url.origin() == base.origin() && url.username().is_empty() && url.password().is_none();
        // What the standard's parser makes of it must be what was written: no dot segment, nothing left out.
        if !here || url.path() != path || url.fragment().is_some() {
            return None;
        }
        let mut written = url.path().to_owned();
        if let Some(query) = url.query() {
            written.push('?');
            written.push_str(query);
        }
        Some(Self(written))
    }

    /// The path with its query, beginning with exactly one slash.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path alone.
    pub fn path(&self) -> &str {
        self.0.split_once('?').map_or(&self.0, |(path, _)| path)
    }

    /// The query alone; empty if there is none.
    pub fn query(&self) -> &str {
        self.0.split_once('?').map_or("", |(_, query)| query)
    }
}

impl fmt::Display for OwnPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One slash at the start and never two together; of what is percent-encoded nothing that means anything in a path: our
/// paths hold letters, digits and `-._~` only.
fn is_plain_path(path: &str) -> bool {
    let Some(rest) = path.strip_prefix('/') else { return false };
    let mut segments = rest.split('/').peekable();
    while let Some(segment) = segments.next() {
        let unreserved = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~');
        let dots = segment.bytes().all(|b| b == b'.') && !segment.is_empty();
        let empty_inside = segment.is_empty() && segments.peek().is_some();
        if dots || empty_inside || !segment.bytes().all(unreserved) {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn own_paths_are_taken_as_they_are() {
        for text in [
            "/",
            "/settings/sessions",
            "/developer/clients/01931b5c-6f2e-7c3a-9d6e-2f1f0a6b4c11",
            "/settings/sessions?after=1.2",
            "/?welcome=1",
            "/v1/oauth2/authorize?client_id=a&redirect_uri=https%3A%2F%2Fevil.example%2F&state=%5C%5C%0d%0a",
            "/v1/oauth2/authorize?redirect_uri=https://app.example/cb",
            "/settings/",
            "/a..b",
        ] {
            assert_eq!(OwnPath::parse(text).map(|path| path.to_string()).as_deref(), Some(text));
        }
        let path = OwnPath::parse("/a?b=c?d").unwrap();
        assert_eq!((path.path(), path.query()), ("/a", "b=c?d"));
    }

    #[test]
    fn every_other_spelling_is_refused() {
        for text in [
            "",
            " ",
            "settings",
            "?a=b",
            "#a",
            "./settings",
            "../settings",
            "//evil.example",
            "///evil.example",
            "////evil.example",
            "//evil.example/%2f..",
            "//evil.example:443/",
            "//user@evil.example/",
            "//[::1]/",
            "/\\evil.example",
            "\\/evil.example",
            "\\\\evil.example",
            "/\\/evil.example",
            "/%5cevil.example",
            "/%5c%5cevil.example",
            "/%2f%2fevil.example",
            "/%2fevil.example",
            "/%252f%252fevil.example",
            "/.//evil.example",
            "/..//evil.example",
            "/./\\evil.example",
            "/%2e%2e//evil.example",
            "/%2e/evil.example",
            "/a/../../evil.example",
            "/a/..",
            "/.",
            "/...",
            "/a//evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "/\r\nLocation: https://evil.example",
            "\t//evil.example",
            " //evil.example",
            "/ /evil.example",
            "/%09/evil.example",
            "/%0d%0aSet-Cookie:a=b",
            "/%00",
            "/a\u{0}b",
            "/\u{2028}evil.example",
            "/\u{ff0f}evil.example",
            "/\u{3002}evil.example",
            "https://evil.example",
            "HTTPS://evil.example",
            "https:evil.example",
            "https:/evil.example",
            "https:\\\\evil.example",
            "http://localhost:8080/",
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "blob:https://evil.example/",
            "@evil.example",
            "/@evil.example",
            "/;@evil.example",
            "/:443",
            "evil.example",
            ".evil.example",
            "/a#@evil.example",
            "/a?b#c",
            "/<script>",
            "/a?b=<script>",
            "/a?\\evil.example",
            "/é",
            "/%C3%A9",
        ] {
            assert_eq!(OwnPath::parse(text), None, "{text:?}");
        }
        assert_eq!(OwnPath::parse(&format!("/{}", "a".repeat(MAX_LENGTH))), None);
    }

    proptest! {
        #[test]
        fn whatever_is_taken_stays_here(text in "[/\\\\.%25cfF0a-e:@?#\\t ]{0,12}") {
            if let Some(path) = OwnPath::parse(&text) {
                let base = Url::parse("https://accounts.example/login").unwrap();
                prop_assert_eq!(base.join(path.as_str()).unwrap().origin(), base.origin());
                prop_assert_eq!(OwnPath::parse(path.as_str()), Some(path.clone()));
                prop_assert!(path.as_str().starts_with('/') && !path.as_str().starts_with("//"));
            }
        }
    }
}
