use std::fmt;

use serde::{Deserialize, Serialize};
use url::{Host, Url};

use crate::ClientType;

/// Longest redirect URI, in bytes.
const MAX_LENGTH: usize = 2_000;

/// A registered redirect URI, stored and compared exactly as it was typed (RFC 9700 section 2.1). The one exception
/// is the port of a loopback IP address, which a native app cannot know beforehand (RFC 8252 section 7.3).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RedirectUri(String);

/// Why a redirect URI cannot be registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RedirectUriError {
    /// Not an absolute URI, or with characters a URI cannot have.
    #[error("it is not an absolute URI; write it as https://app.example/callback")]
    NotAbsolute,
    /// It has a `#`.
    #[error("it has a fragment; leave out the # and what follows it (RFC 6749 section 3.1.2)")]
    Fragment,
    /// It has a `*`.
    #[error("it has a wildcard; register each redirect URI in full")]
    Wildcard,
    /// It names a user or password.
    #[error("it names a user or password; leave out everything before the @")]
    UserInfo,
    /// `http` to a host that is not this computer.
    #[error("plain http is for localhost, 127.0.0.1 and [::1] only; use https")]
    PlainHttp,
    /// Its path goes through `.` or `..`.
    #[error("its path has a “.” or “..” segment; write the path the app listens on")]
    DotSegment,
    /// A private scheme of a client that keeps a secret.
    #[error("private schemes are for public (native) clients only; use https")]
    PrivateScheme,
    /// A private scheme that is nobody's.
    #[error(
        "a private scheme must be a domain name of yours turned round, such as com.example.app:/callback (RFC 8252 section 7.1)"
    )]
    SchemeName,
    /// Longer than 2,000 bytes.
    #[error("it is longer than 2,000 bytes")]
    TooLong,
}

impl RedirectUri {
    /// Checks a redirect URI that somebody wants to register.
    ///
    /// # Errors
    /// [`RedirectUriError`] says which rule it breaks.
    pub fn register(text: &str, client_type: ClientType) -> Result<Self, RedirectUriError> {
        let url = well_formed(text)?;
        match url.scheme() {
            "https" if url.host().is_some() => {}
            "http" if is_loopback(&url) => {}
            "http" => return Err(RedirectUriError::PlainHttp),
            "https" => return Err(RedirectUriError::NotAbsolute),
            scheme if client_type == ClientType::Public => {
                if !is_reverse_domain(scheme) {
                    return Err(RedirectUriError::SchemeName);
                }
            }
            _ => return Err(RedirectUriError::PrivateScheme),
        }
        Ok(Self(text.to_owned()))
    }

    /// Whether a request's `redirect_uri` is this one: the same bytes or, where the client is a native app and so a public
    /// one, the same but for the port of a loopback IP (RFC 8252 section 7.3).
    pub fn matches(&self, requested: &str, client_type: ClientType) -> bool {
        if self.0 == requested {
            return true;
        }
        if client_type != ClientType::Public {
            return false;
        }
        match (split_loopback_port(&self.0), split_loopback_port(requested)) {
            (Some(registered), Some(requested)) => registered == requested,
            _ => false,
        }
    }

    /// Whether nobody but the client can take an answer sent there: loopback and private schemes belong to whoever
    /// listens first (RFC 8252 section 8.6).
    pub fn is_provably_the_clients(&self) -> bool {
        Url::parse(&self.0).is_ok_and(|url| url.scheme() == "https" && !is_loopback(&url))
    }

    /// What a person is told of where the answer goes: the host, or the private scheme.
    pub fn display_host(&self) -> String {
        Url::parse(&self.0).map_or_else(
            |_| self.0.clone(),
            |url| match (url.scheme(), url.host_str(), url.port()) {
                ("http" | "https", Some(host), Some(port)) => format!("{host}:{port}"),
                ("http" | "https", Some(host), None) => host.to_owned(),
                // What stands behind a private scheme is the app's own choice, also where it looks like a host.
                (scheme, _, _) => format!("{scheme}:"),
            },
        )
    }

    /// The URI as it was typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RedirectUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where a person may be sent after signing out (OIDC RP-Initiated Logout section 3): the rules and the comparison of a
/// [`RedirectUri`].
pub type PostLogoutRedirectUri = RedirectUri;

fn well_formed(text: &str) -> Result<Url, RedirectUriError> {
    if text.len() > MAX_LENGTH {
        return Err(RedirectUriError::TooLong);
    }
    if text.contains('*') {
        return Err(RedirectUriError::Wildcard);
    }
    if text.contains('#') {
        return Err(RedirectUriError::Fragment);
    }
    let allowed = |b: u8| {
        b.is_ascii_graphic() && !matches!(b, b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}')
    };
    let url = Url::parse(text).map_err(|_| RedirectUriError::NotAbsolute)?;
    let special = matches!(url.scheme(), "http" | "https");
    let after_scheme = text.get(url.scheme().len()..).unwrap_or_default();
    // A host ends up in the policy of pages, where a semicolon or comma would begin another rule.
    let host_fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
    let odd_host = special && matches!(url.host(), Some(Host::Domain(name)) if !name.bytes().all(host_fits));
    if !text.bytes().all(allowed)
        || odd_host
        || !text.starts_with(url.scheme())
        || (special && !after_scheme.starts_with("://"))
    {
        return Err(RedirectUriError::NotAbsolute);
    }
    if !url.username().is_empty() || url.password().is_some() || authority(text).contains('@') {
        return Err(RedirectUriError::UserInfo);
    }
    let path = text.split('?').next().unwrap_or_default().to_ascii_lowercase().replace("%2e", ".");
    if path.split('/').any(|segment| segment == "." || segment == "..") {
        return Err(RedirectUriError::DotSegment);
    }
    Ok(url)
}

fn authority(text: &str) -> &str {
    let rest = text.split_once("://").map_or("", |(_, rest)| rest);
    rest.split(['/', '?']).next().unwrap_or_default()
}

pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address == std::net::Ipv4Addr::LOCALHOST,
        Some(Host::Ipv6(address)) => address == std::net::Ipv6Addr::LOCALHOST,
        None => false,
    }
}

fn is_reverse_domain(scheme: &str) -> bool {
    let label =
        |label: &str| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    scheme.contains('.') && scheme.split('.').all(label)
}

/// The parts before and behind the port of a loopback IP literal, if that is what the URI names.
fn split_loopback_port(uri: &str) -> Option<(&str, &str)> {
    ["http://127.0.0.1", "http://[::1]"].into_iter().find_map(|origin| {
        let rest = uri.strip_prefix(origin)?;
        let behind = match rest.strip_prefix(':') {
            Some(port) => {
                let digits = port.bytes().take_while(u8::is_ascii_digit).count();
                let (port, behind) = port.split_at_checked(digits)?;
                (!port.starts_with('0') && port.parse::<u16>().is_ok()).then_some(behind)?
            }
            None => rest,
        };
        (behind.is_empty() || behind.starts_with(['/', '?'])).then_some((origin, behind))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn register(text: &str) -> Result<RedirectUri, RedirectUriError> {
        RedirectUri::register(text, ClientType::Public)
    }

    #[test]
    fn what_can_be_registered() {
        for text in [
            "https://app.example/callback",
            "https://app.example",
            "https://app.example:8443/cb?x=1",
            "http://localhost:3000/cb",
            "http://127.0.0.1/cb",
            "http://[::1]:9/cb",
            "com.example.app:/cb",
            "com.example.app://cb",
        ] {
            assert!(register(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_registered() {
        use RedirectUriError::*;
        for (text, error) in [
            ("", NotAbsolute),
            ("/callback", NotAbsolute),
            ("https:app.example/cb", NotAbsolute),
            ("HTTPS://app.example/cb", NotAbsolute),
            ("https://app.example/c b", NotAbsolute),
            (" https://app.example/cb", NotAbsolute),
            ("https://app.example/\\..", NotAbsolute),
            ("https://app.example;script-src-elem/cb", NotAbsolute),
            ("https://app.example,x/cb", NotAbsolute),
            ("https://app.example/cb#x", Fragment),
            ("https://app.example/cb#", Fragment),
            ("https://*.example/cb", Wildcard),
            ("https://user@app.example/cb", UserInfo),
            ("https://@app.example/cb", UserInfo),
            ("http://app.example/cb", PlainHttp),
            ("http://localhost.app.example/cb", PlainHttp),
            ("http://127.0.0.2/cb", PlainHttp),
            ("https://app.example/a/../cb", DotSegment),
            ("https://app.example/a/%2e%2E/cb", DotSegment),
            ("javascript:alert(1)", SchemeName),
            ("data:text/html,x", SchemeName),
            ("myapp:/cb", SchemeName),
        ] {
            assert_eq!(register(text), Err(error), "{text}");
        }
        let private = RedirectUri::register("com.example.app:/cb", ClientType::Confidential);
        assert_eq!(private, Err(PrivateScheme));
    }

    #[test]
    fn only_the_port_of_a_loopback_ip_may_vary() {
        let registered = register("http://127.0.0.1:8000/cb?x=1").unwrap();
        for same in
            ["http://127.0.0.1:8000/cb?x=1", "http://127.0.0.1:50000/cb?x=1", "http://127.0.0.1/cb?x=1"]
        {
            assert!(registered.matches(same, ClientType::Public), "{same}");
        }
        for other in [
            "http://127.0.0.1:50000/cb",
            "http://127.0.0.1:50000/cb?x=2",
            "http://127.0.0.1:0/cb?x=1",
            "http://127.0.0.1:65536/cb?x=1",
            "http://127.0.0.1:080/cb?x=1",
            "http://127.0.0.1:/cb?x=1",
            "http://127.0.0.1:8000@evil.example/cb?x=1",
            "http://127.0.0.1.evil.example/cb?x=1",
            "http://localhost:8000/cb?x=1",
            "http://[::1]:8000/cb?x=1",
            "https://127.0.0.1:8000/cb?x=1",
            "http://127.0.0.1:8000/cb?x=1#",
            "http://127.0.0.1:+80/cb?x=1",
        ] {
            assert!(!registered.matches(other, ClientType::Public), "{other}");
        }
        let localhost = register("http://localhost:3000/cb").unwrap();
        assert!(!localhost.matches("http://localhost:3001/cb", ClientType::Public));
        let on_a_server =
            RedirectUri::register("http://127.0.0.1:8000/cb", ClientType::Confidential).unwrap();
        assert!(on_a_server.matches("http://127.0.0.1:8000/cb", ClientType::Confidential));
        assert!(!on_a_server.matches("http://127.0.0.1:50000/cb", ClientType::Confidential));
    }

    #[test]
    fn people_are_told_where_the_answer_really_goes() {
        for (text, host, certain) in [
            ("https://app.example/cb", "app.example", true),
            ("https://app.example:8443/cb", "app.example:8443", true),
            ("https://localhost/cb", "localhost", false),
            ("https://[::1]:8443/cb", "[::1]:8443", false),
            ("http://127.0.0.1:3000/cb", "127.0.0.1:3000", false),
            ("com.example.app:/cb", "com.example.app:", false),
            ("com.example.app://bank.example/cb", "com.example.app:", false),
        ] {
            let uri = register(text).unwrap();
            assert_eq!(
                (uri.display_host().as_str(), uri.is_provably_the_clients()),
                (host, certain),
                "{text}"
            );
        }
    }

    proptest! {
        #[test]
        fn no_other_text_matches(text in "https://app\\.example/c[a-zA-Z0-9%./?#@:-]{0,6}") {
            let registered = register("https://app.example/cb").unwrap();
            prop_assert_eq!(registered.matches(&text, ClientType::Public), text == "https://app.example/cb");
        }
    }
}
