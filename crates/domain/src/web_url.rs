use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::redirect_uri::is_loopback;

/// A link a page may show: absolute, `https` or `http`, with a host and without user info.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WebUrl(String);

/// Why a text is not such a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebUrlError {
    /// Not an absolute URL of a web page.
    #[error("write the whole address of a web page, such as https://example.com/terms")]
    NotAWebPage,
    /// It names a user or password.
    #[error("leave the user name and password out of the address")]
    UserInfo,
    /// Longer than 2,000 bytes.
    #[error("the address is longer than 2,000 bytes")]
    TooLong,
}

impl WebUrl {
    /// Reads a link as somebody typed it; surrounding space is dropped.
    ///
    /// # Errors
    /// [`WebUrlError`] says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, WebUrlError> {
        let text = text.trim();
        if text.len() > 2_000 {
            return Err(WebUrlError::TooLong);
        }
        let url = Url::parse(text).map_err(|_| WebUrlError::NotAWebPage)?;
        let has_slashes = text.get(url.scheme().len()..).is_some_and(|rest| rest.starts_with("://"));
        if !matches!(url.scheme(), "http" | "https") || !has_slashes || url.host().is_none() {
            return Err(WebUrlError::NotAWebPage);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(WebUrlError::UserInfo);
        }
        if text.chars().any(|c| c.is_control() || c.is_whitespace() || matches!(c, '"' | '<' | '>' | '\\')) {
            return Err(WebUrlError::NotAWebPage);
        }
        Ok(Self(text.to_owned()))
    }

    /// Whether nobody on the way can read or change what is sent there: `https`, or `http` on this computer.
    pub fn is_secure(&self) -> bool {
        Url::parse(&self.0).is_ok_and(|url| url.scheme() == "https" || is_loopback(&url))
    }

    /// Whether it has a `#`.
    pub fn has_fragment(&self) -> bool {
        self.0.contains('#')
    }

    /// Whether scheme, host and port are those of `uri`.
    pub fn is_beside(&self, uri: &str) -> bool {
        match (Url::parse(&self.0), Url::parse(uri)) {
            (Ok(own), Ok(other)) => own.origin().is_tuple() && own.origin() == other.origin(),
            _ => false,
        }
    }

    /// The link as it was typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for WebUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_secure_and_what_is_beside_what() {
        for (text, is_secure) in [
            ("https://a.example/x", true),
            ("http://localhost:3000/", true),
            ("http://127.0.0.1/x#y", true),
            ("http://a.example/", false),
            ("http://localhost.a.example/", false),
        ] {
            assert_eq!(WebUrl::parse(text).unwrap().is_secure(), is_secure, "{text}");
        }
        let url = WebUrl::parse("https://a.example/logout").unwrap();
        assert!(url.is_beside("https://a.example:443/cb") && !url.has_fragment());
        for other in
            ["http://a.example/cb", "https://a.example:444/", "https://b.example/", "com.a.example:/cb", ""]
        {
            assert!(!url.is_beside(other), "{other}");
        }
    }

    #[test]
    fn only_web_pages_are_links() {
        for text in ["https://example.com", "http://example.com/a?b#c", " https://example.com/ "] {
            assert!(WebUrl::parse(text).is_ok(), "{text}");
        }
        for text in [
            "",
            "example.com",
            "//example.com",
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            "data:text/html,x",
            "https:example.com",
            "https:/example.com",
            "ftp://example.com",
            "https://a:b@example.com",
            "https://",
            "https://example.com/\n",
            "java\nscript:alert(1)",
            "https://example.com/\"onclick",
            "vbscript:x",
        ] {
            let taken = WebUrl::parse(text);
            assert!(taken.is_err() || text.trim() != text, "{text}: {taken:?}");
        }
    }
}
