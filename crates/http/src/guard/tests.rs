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
    let mut plain = headers(&[("upgrade", "websocket")]);
    let hop = Hop::of(&plain);
    hops::strip(&mut plain, &hop);
    hop.renew(&mut plain);
    assert!(plain.is_empty(), "what Connection does not list is no wish");
}
