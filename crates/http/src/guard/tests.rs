use axum::http::{HeaderMap, HeaderName, HeaderValue};

use super::hops::{self, Hop};

fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
    let header = |(name, value): &(&'static str, &'static str)| {
        (HeaderName::from_static(name), HeaderValue::from_static(value))
    };
    lines.iter().map(header).collect()
}

#[test]
fn nothing_of_a_connection_and_no_claim_goes_on() {
    let mut asked = headers(&[
        ("connection", "close, x-secret, content-type"),
        ("x-secret", "1"),
        ("content-type", "application/json"),
        ("te", "trailers"),
        ("x_auth_subject", "root"),
        ("x-auth-subject", "root"),
        ("x-auth-anything", "root"),
        ("authorization", "Bearer x"),
        ("contextuser", "root"),
        ("x-http-method-override", "DELETE"),
        ("x-original-url", "/admin"),
        ("x-forwarded-method", "DELETE"),
        ("x-rewrite-uri", "/admin"),
        ("expect", "100-continue"),
        ("x-postern-rest-token", "x"),
        ("accept", "*/*"),
    ]);
    let hop = Hop::of(&asked);
    hops::strip(&mut asked, &hop);
    hops::strip_claims(&mut asked, "X-Postern-REST-Token");
    hop.renew(&mut asked);
    assert_eq!(asked.keys().map(HeaderName::as_str).collect::<Vec<_>>(), ["accept"]);
}

#[test]
fn another_protocol_is_asked_for_again() {
    let mut asked =
        headers(&[("connection", "keep-alive, Upgrade"), ("upgrade", "websocket"), ("keep-alive", "1")]);
    let hop = Hop::of(&asked);
    hops::strip(&mut asked, &hop);
    assert!(asked.is_empty());
    hop.renew(&mut asked);
    assert_eq!(
        (&asked["connection"], &asked["upgrade"]),
        (&"upgrade".parse().unwrap(), &"websocket".parse().unwrap())
    );
    for lines in [
        &[("upgrade", "websocket")][..],
        &[("connection", "upgrade, http2-settings"), ("upgrade", "h2c"), ("http2-settings", "AAA")],
        &[("connection", "upgrade"), ("upgrade", "websocket, h2c")],
    ] {
        let mut plain = headers(lines);
        let hop = Hop::of(&plain);
        hops::strip(&mut plain, &hop);
        hop.renew(&mut plain);
        assert!(
            plain.is_empty(),
            "what Connection does not list is no wish, and only WebSockets pass: {lines:?}"
        );
    }
}

#[test]
fn cookies_of_many_lines_become_one() {
    let mut asked = HeaderMap::new();
    for value in ["a=b", "c=d"] {
        asked.append("cookie", HeaderValue::from_static(value));
    }
    hops::join_cookies(&mut asked);
    assert_eq!(asked.get_all("cookie").iter().collect::<Vec<_>>(), ["a=b; c=d"]);
}
