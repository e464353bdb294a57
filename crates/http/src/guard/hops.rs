//! The headers of a request on its way through a proxy (RFC 9110 section 7.6).

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

use super::identity;

/// Those of one connection, and not of the message.
const OF_CONNECTION: [&str; 8] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
];
/// By which frameworks take a request for another one than it is.
const OVERRIDES: [&str; 3] = ["x-http-method-override", "x-http-method", "x-method-override"];
/// The same for families of names.
const FAMILIES: [&str; 3] = ["x-forwarded-", "x-original-", "x-rewrite-"];
/// The one protocol that a connection may go on with: requests in HTTP/2 would be judged by nobody.
const WEBSOCKET: &str = "websocket";

/// What a message says about its connection.
pub(super) struct Hop {
    names: Vec<HeaderName>,
    /// The protocol that it would go on with: a WebSocket, or none.
    upgrade: Option<HeaderValue>,
}

impl Hop {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let listed = headers.get_all(header::CONNECTION).iter().filter_map(|value| value.to_str().ok());
        let names: Vec<HeaderName> =
            listed.flat_map(|list| list.split(',')).filter_map(|name| name.trim().parse().ok()).collect();
        let upgrades = names.contains(&header::UPGRADE);
        let asked = headers.get(header::UPGRADE).filter(|_| upgrades);
        let upgrade = asked.filter(|protocol| protocol.as_bytes().eq_ignore_ascii_case(WEBSOCKET.as_bytes()));
        Self { upgrade: upgrade.cloned(), names }
    }

    /// Asks the next hop for the protocol that this one was asked for.
    pub(super) fn renew(self, headers: &mut HeaderMap) {
        if let Some(protocol) = self.upgrade {
            headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
            headers.insert(header::UPGRADE, protocol);
        }
    }
}

/// Takes away what ends with this hop, and what is read differently by different programs: names with an underscore,
/// which many take for a hyphen.
pub(super) fn strip(headers: &mut HeaderMap, hop: &Hop) {
    let ends = |name: &HeaderName| {
        OF_CONNECTION.contains(&name.as_str())
            || matches!(*name, header::UPGRADE | header::EXPECT)
            || name.as_str() == "http2-settings"
            || hop.names.contains(name)
            || name.as_str().contains('_')
    };
    let gone: Vec<HeaderName> = headers.keys().filter(|name| ends(name)).cloned().collect();
    for name in gone {
        headers.remove(name);
    }
}

/// Takes away the credential, and what only the guard may say.
pub(super) fn strip_claims(headers: &mut HeaderMap, session_api_header: &str) {
    let own = |name: &HeaderName| {
        name.as_str().starts_with(identity::PREFIX)
            || OVERRIDES.contains(&name.as_str())
            || FAMILIES.iter().any(|family| name.as_str().starts_with(family))
            || matches!(name.as_str(), "authorization" | "contextuser" | "forwarded")
            || name.as_str().eq_ignore_ascii_case(session_api_header)
    };
    let gone: Vec<HeaderName> = headers.keys().filter(|name| own(name)).cloned().collect();
    for name in gone {
        headers.remove(name);
    }
}

/// Says where the request came from.
pub(super) fn forward(headers: &mut HeaderMap, from: &str, scheme: &str, host: &str) {
    for (name, value) in
        [("x-forwarded-for", from), ("x-forwarded-proto", scheme), ("x-forwarded-host", host)]
    {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
    if !headers.contains_key(header::HOST)
        && let Ok(host) = HeaderValue::from_str(host)
    {
        headers.insert(header::HOST, host);
    }
}

/// Makes one line of the cookies that HTTP/2 may send in many (RFC 9113 section 8.2.3).
pub(super) fn join_cookies(headers: &mut HeaderMap) {
    let lines: Vec<&[u8]> = headers.get_all(header::COOKIE).iter().map(HeaderValue::as_bytes).collect();
    if lines.len() > 1
        && let Ok(joined) = HeaderValue::from_bytes(&lines.join(&b"; "[..]))
    {
        headers.insert(header::COOKIE, joined);
    }
}
