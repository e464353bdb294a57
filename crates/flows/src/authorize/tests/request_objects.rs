//! P10: requests that the client signed (RFC 9101).

use postern_domain::{AssertionAlgorithm, ClientMetadata};
use serde_json::{Value, json};

use super::fixture::{ADDRESS, field, query, said, target};
use crate::authorize::{Next, Person, Posted, authorize, keep};
use crate::client_jwt::testing::{OTHERS, PAIRS, message, with_secret};
use crate::party::{CHALLENGE, Party, REDIRECT_URI};
use crate::testing::{BOOKS, MUSIC, two_apis};

const ID: &str = "web-app";
const ISSUER: &str = "http://localhost:8080";

async fn party(change: impl FnOnce(&mut ClientMetadata)) -> Party {
    Party::with(|metadata| {
        metadata.jwks = Some(PAIRS.public());
        change(metadata);
    })
    .await
}

/// What an honest client signs.
fn members(party: &Party) -> Value {
    let now = party.app.clock.now().0;
    json!({
        "iss": ID, "aud": ISSUER, "exp": now + 300, "client_id": ID, "response_type": "code",
        "redirect_uri": REDIRECT_URI, "scope": "openid", "state": "inside", "nonce": "n", "max_age": 3600,
        "code_challenge": CHALLENGE, "code_challenge_method": "S256",
        "claims": {"userinfo": {"name": null}},
    })
}

fn changed(party: &Party, change: impl FnOnce(&mut Value)) -> String {
    let mut members = members(party);
    change(&mut members);
    PAIRS.sign(&json!({"alg": "RS256", "kid": "rsa"}), &members)
}

/// What a browser that brings this comes to.
async fn comes_to(party: &Party, request: &str) -> String {
    match keep(&party.app, request.as_bytes(), ADDRESS).await {
        Ok(Posted::Kept(path)) => said(&go_on(party, &path).await),
        Ok(Posted::Return(answer)) => field(&answer, "error").unwrap(),
        Err(error) => said(&Err(error)),
    }
}

async fn go_on(party: &Party, path: &str) -> Result<Next, crate::authorize::Unreturnable> {
    let (_, query) = path.split_once('?').unwrap();
    authorize(&party.app, query, Some(Person { session: &party.session, user: &party.user })).await
}

fn beside(object: &str, more: &[(&str, &str)]) -> String {
    query(&[&[("client_id", ID), ("request", object)], more].concat())
}

/// RFC 8707: what may be sent several times stands in a request object as an array.
#[tokio::test]
async fn it_names_several_apis() {
    let mut config = two_apis();
    config.keys.rsa_bits = 2048;
    let party = Party::configured(config, |metadata| metadata.jwks = Some(PAIRS.public())).await;
    for (inside, outside, expected) in [
        (json!([BOOKS, MUSIC]), vec![], "code"),
        (json!(BOOKS), vec![("resource", BOOKS)], "code"),
        (json!([BOOKS, MUSIC]), vec![("resource", MUSIC), ("resource", BOOKS)], "code"),
        (json!([BOOKS]), vec![("resource", MUSIC)], "page: invalid_request_object"),
        (json!([BOOKS, "urn:unknown"]), vec![], "invalid_target"),
        (json!([{}]), vec![], "invalid_target"),
        (json!([]), vec![], "code"),
    ] {
        let object = changed(&party, |members| members["resource"] = inside.clone());
        assert_eq!(comes_to(&party, &beside(&object, &outside)).await, expected, "{inside} {outside:?}");
    }
}

#[tokio::test]
async fn what_the_client_signed_is_what_it_asks() {
    let party = party(|_| {}).await;
    for header in [
        json!({"alg": "RS256"}),
        json!({"alg": "PS256", "typ": "oauth-authz-req+jwt"}),
        json!({"alg": "ES256", "kid": "ec", "typ": "JWT"}),
        json!({"alg": "EdDSA"}),
    ] {
        assert_eq!(
            comes_to(&party, &beside(&PAIRS.sign(&header, &members(&party)), &[])).await,
            "code",
            "{header}"
        );
    }
    let object = changed(&party, |_| {});
    let Ok(Posted::Kept(path)) = keep(&party.app, beside(&object, &[]).as_bytes(), ADDRESS).await else {
        panic!()
    };
    assert!(!path.contains(&object), "what it says is kept here");
    // The request object may be over before the person is done.
    party.app.advance(postern_domain::Lifetime::seconds(301));
    let Ok(Next::Return(answer)) = go_on(&party, &path).await else { panic!() };
    assert_eq!(field(&answer, "state").as_deref(), Some("inside"));
    assert!(target(&answer).starts_with(REDIRECT_URI));
}

#[tokio::test]
async fn what_stands_beside_counts_for_nothing_but_must_not_differ() {
    let party = party(|_| {}).await;
    let object = changed(&party, |_| {});
    let openid = [("response_type", "code"), ("scope", "openid"), ("redirect_uri", REDIRECT_URI)];
    assert_eq!(comes_to(&party, &beside(&object, &openid)).await, "code");
    let Ok(Posted::Kept(path)) =
        keep(&party.app, beside(&object, &[("prompt", "login"), ("login_hint", "eve")]).as_bytes(), ADDRESS)
            .await
    else {
        panic!()
    };
    assert_eq!(said(&go_on(&party, &path).await), "code", "prompt was not signed");
    for (name, value) in [
        ("scope", "openid email"),
        ("state", "outside"),
        ("nonce", "m"),
        ("response_type", "token"),
        ("max_age", "0"),
        ("code_challenge", "another"),
    ] {
        let sent = beside(&object, &[("redirect_uri", REDIRECT_URI), (name, value)]);
        assert_eq!(comes_to(&party, &sent).await, "invalid_request_object", "{name}");
    }
    let elsewhere = beside(&object, &[("redirect_uri", "https://attacker.example/cb")]);
    assert_eq!(comes_to(&party, &elsewhere).await, "page: invalid_request");
    assert_eq!(comes_to(&party, &query(&[("request", &object)])).await, "page: invalid_request");
}

#[tokio::test]
async fn what_is_wrong_with_a_request_object_is_said_where_the_client_can_be_found() {
    let party = party(|_| {}).await;
    let now = party.app.clock.now().0;
    let rsa = json!({"alg": "RS256"});
    let honest = members(&party);
    let set = |name: &'static str, value: Value| changed(&party, |members| members[name] = value);
    let bad = [
        ("none", format!("{}.", message(&json!({"alg": "none"}), &honest))),
        ("another's key", OTHERS.sign(&rsa, &honest)),
        ("a code by the public key", with_secret(&PAIRS.rsa_der(), &json!({"alg": "HS256"}), &honest)),
        ("a code by nothing", with_secret(b"", &json!({"alg": "HS256"}), &honest)),
        ("crit", PAIRS.sign(&json!({"alg": "RS256", "crit": ["x"], "x": 1}), &honest)),
        ("an access token's typ", PAIRS.sign(&json!({"alg": "RS256", "typ": "at+jwt"}), &honest)),
        (
            "an assertion's typ",
            PAIRS.sign(&json!({"alg": "RS256", "typ": "client-authentication+jwt"}), &honest),
        ),
        ("another client's", set("iss", json!("other"))),
        ("client_id of another", set("client_id", json!("other"))),
        ("an assertion", set("sub", json!(ID))),
        ("for another server", set("aud", json!("https://other.example"))),
        ("for other servers", set("aud", json!(["https://other.example", "https://more.example"]))),
        ("over", set("exp", json!(now - 1))),
        ("not begun", set("nbf", json!(now + 61))),
        ("of tomorrow", set("iat", json!(now + 61))),
        ("nested", set("request", json!("x"))),
        ("nested by reference", set("request_uri", json!("https://app.example/request"))),
        ("not a JWT", "x".to_owned()),
    ];
    for (what, object) in bad {
        let sent =
            beside(&object, &[("redirect_uri", REDIRECT_URI), ("response_type", "code"), ("state", "s")]);
        assert_eq!(comes_to(&party, &sent).await, "invalid_request_object", "{what}");
    }
    for uri in ["http://127.0.0.1:1/r", "https://app.example/r", "urn:other", "postern"] {
        let sent = query(&[("client_id", ID), ("redirect_uri", REDIRECT_URI), ("request_uri", uri)]);
        assert_eq!(comes_to(&party, &sent).await, "request_uri_not_supported", "{uri}");
    }
}

#[tokio::test]
async fn a_redirect_uri_inside_is_held_against_those_registered() {
    let party = party(|_| {}).await;
    let elsewhere = changed(&party, |members| members["redirect_uri"] = json!("https://attacker.example/cb"));
    assert_eq!(comes_to(&party, &beside(&elsewhere, &[])).await, "page: invalid_request");
    let none = changed(&party, |members| drop(members.as_object_mut().unwrap().remove("redirect_uri")));
    assert_eq!(comes_to(&party, &beside(&none, &[])).await, "page: invalid_request");
}

#[tokio::test]
async fn a_client_may_be_held_to_sign_and_to_its_algorithm() {
    let mut party = party(|metadata| metadata.require_signed_request_object = true).await;
    let plain = query(&[
        ("client_id", ID),
        ("redirect_uri", REDIRECT_URI),
        ("response_type", "code"),
        ("scope", "openid"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ]);
    assert_eq!(comes_to(&party, &plain).await, "invalid_request_object");
    assert_eq!(said(&go_on(&party, &format!("?{plain}")).await), "invalid_request_object");
    assert_eq!(comes_to(&party, &beside(&changed(&party, |_| {}), &[])).await, "code");
    party.reregister(|metadata| metadata.request_object_signing_alg = Some(AssertionAlgorithm::Es256)).await;
    let redirect = [("redirect_uri", REDIRECT_URI)];
    assert_eq!(
        comes_to(&party, &beside(&changed(&party, |_| {}), &redirect)).await,
        "invalid_request_object"
    );
    let object = PAIRS.sign(&json!({"alg": "ES256"}), &members(&party));
    assert_eq!(comes_to(&party, &beside(&object, &redirect)).await, "code");
}
