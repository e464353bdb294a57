use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use postern_domain::Lifetime;
use sha2::{Digest as _, Sha256};

use super::*;
use crate::client_jwt::testing::{OTHERS, PAIRS};

#[tokio::test]
async fn a_sign_in_is_asked_for_with_all_that_ties_the_answer_to_it() {
    let world = World::new().await;
    let away = world.away().await;
    let asked = |name: &str| away.asked.get(name).map(String::as_str);
    assert_eq!((asked("response_type"), asked("client_id")), (Some("code"), Some("us")));
    assert_eq!(asked("redirect_uri"), Some("http://localhost:8080/login/upstream/stub/callback"));
    assert_eq!(asked("scope"), Some("openid profile email"));
    assert_eq!(asked("code_challenge_method"), Some("S256"));
    assert_eq!((asked("prompt"), asked("max_age")), (None, None));
    let other = world.away().await;
    for name in ["state", "nonce", "code_challenge"] {
        assert_eq!(away.asked[name].len(), 43);
        assert_ne!(away.asked[name], other.asked[name], "{name}");
    }
    let arrival = arrived(world.said(&away, &world.claims(&away)).await);
    assert_eq!(arrival.session.amr, []);
    let request = world.stub.asked("/token").pop().unwrap();
    let basic = base64::engine::general_purpose::STANDARD.encode("us:the+secret");
    assert!(
        request.to_lowercase().contains(&format!("authorization: basic {}", basic.to_lowercase())),
        "{request}"
    );
    let (_, body) = request.split_once("\r\n\r\n").unwrap();
    let sent: BTreeMap<_, _> = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    assert_eq!((sent["code"].as_str(), sent["grant_type"].as_str()), ("the-code", "authorization_code"));
    assert_eq!(sent["redirect_uri"], away.asked["redirect_uri"]);
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&sent["code_verifier"]));
    assert_eq!(challenge, away.asked["code_challenge"]);
    assert!(!sent.contains_key("client_secret"));
}

#[tokio::test]
async fn no_wrong_id_token_lets_anybody_in() {
    let world = World::new().await;
    let now = world.app.clock.now().0;
    let wrong: Vec<(&str, Value)> = vec![
        ("iss", json!("https://other.example")),
        ("iss", json!(format!("{}/", world.stub.issuer()))),
        ("iss", Value::Null),
        ("aud", json!("somebody else")),
        ("aud", json!(["us", "somebody else"])),
        ("aud", json!([])),
        ("aud", Value::Null),
        ("azp", json!("somebody else")),
        ("sub", json!("")),
        ("sub", json!("a".repeat(256))),
        ("sub", json!("a\nb")),
        ("sub", json!("ä")),
        ("sub", json!(17)),
        ("sub", Value::Null),
        ("nonce", json!("of another sign-in")),
        ("nonce", Value::Null),
        ("exp", json!(now - 61)),
        ("exp", json!(0)),
        ("exp", json!(-1)),
        ("exp", json!(i64::MAX)),
        ("exp", json!("never")),
        ("exp", Value::Null),
        ("iat", json!(now + 61)),
        ("iat", Value::Null),
        ("at_hash", json!("of-another-token")),
    ];
    for (name, value) in wrong {
        let away = world.away().await;
        let mut claims = world.claims(&away);
        claims[name] = value.clone();
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        }
        let done = world.said(&away, &claims).await;
        assert!(matches!(done, Err(Trouble::Unproven)), "{name}: {value}: {done:?}");
    }
    // A minute is allowed for clocks that differ.
    for (name, value) in [("exp", now - 59), ("iat", now + 59)] {
        let away = world.away().await;
        let mut claims = world.claims(&away);
        claims[name] = value.into();
        arrived(world.said(&away, &claims).await);
    }
}

#[tokio::test]
async fn no_wrong_signature_lets_anybody_in() {
    let world = World::new().await;
    let hmac = |key: &[u8], message: &str| {
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, key);
        URL_SAFE_NO_PAD.encode(aws_lc_rs::hmac::sign(&key, message.as_bytes()))
    };
    let encoded = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let unsigned = |header: &Value, claims: &Value| format!("{}.{}", encoded(header), encoded(claims));
    type Make<'a> = Box<dyn Fn(&Value) -> String + 'a>;
    let of = |header: Value| -> Make<'_> { Box::new(move |claims| PAIRS.sign(&header, claims)) };
    let tokens: Vec<(&str, Make<'_>)> = vec![
        ("another's key", Box::new(|claims| OTHERS.sign(&json!({ "alg": "RS256", "kid": "rsa" }), claims))),
        ("a key that nobody has", of(json!({ "alg": "RS256", "kid": "new" }))),
        ("a key of another kind", of(json!({ "alg": "RS256", "kid": "ec" }))),
        ("crit", of(json!({ "alg": "RS256", "kid": "rsa", "crit": ["x"], "x": 1 }))),
        ("another type", of(json!({ "alg": "RS256", "kid": "rsa", "typ": "at+jwt" }))),
        ("none", Box::new(|claims| format!("{}.", unsigned(&json!({ "alg": "none" }), claims)))),
        ("no alg", Box::new(|claims| format!("{}.", unsigned(&json!({}), claims)))),
        (
            "the secret",
            Box::new(|claims| {
                let message = unsigned(&json!({ "alg": "HS256" }), claims);
                format!("{message}.{}", hmac(b"the secret", &message))
            }),
        ),
        (
            "the public key as a secret",
            Box::new(|claims| {
                let message = unsigned(&json!({ "alg": "HS256", "kid": "rsa" }), claims);
                format!("{message}.{}", hmac(&PAIRS.rsa_der(), &message))
            }),
        ),
        (
            "cut off",
            Box::new(|claims| {
                let token = PAIRS.sign(&json!({ "alg": "RS256", "kid": "rsa" }), claims);
                token[..token.len() - 4].to_owned()
            }),
        ),
        ("no JWT", Box::new(|_| "nonsense".to_owned())),
        ("nothing", Box::new(|_| String::new())),
    ];
    for (what, make) in tokens {
        let away = world.away().await;
        world.stub.tokens(&make(&world.claims(&away)));
        let done = world.back(&away, &away.answer(), None).await;
        assert!(matches!(done, Err(Trouble::Unproven)), "{what}: {done:?}");
    }
    for alg in ["RS256", "ES256", "EdDSA", "PS256"] {
        let kid = match alg {
            "ES256" => "ec",
            "EdDSA" => "ed",
            _ => "rsa",
        };
        let away = world.away().await;
        world.stub.tokens(&PAIRS.sign(&json!({ "alg": alg, "kid": kid }), &world.claims(&away)));
        arrived(world.back(&away, &away.answer(), None).await);
    }
}

#[tokio::test]
async fn wrong_answers_of_the_token_endpoint_are_no_error_of_ours() {
    let world = World::new().await;
    let ok = |token: &str| json!({ "access_token": token, "token_type": "Bearer" }).to_string();
    for (status, body, trouble) in [
        (200, String::new(), Trouble::Unproven),
        (200, "nonsense".to_owned(), Trouble::Unproven),
        (200, "{}".to_owned(), Trouble::Unproven),
        (200, ok("no-id-token"), Trouble::Unproven),
        (200, ok("a\r\nheader: value"), Trouble::Unproven),
        (200, ok(""), Trouble::Unproven),
        (400, json!({ "error": "invalid_grant" }).to_string(), Trouble::Refused),
        (401, json!({ "error": "invalid_client" }).to_string(), Trouble::Refused),
        (500, "oops".to_owned(), Trouble::Unproven),
        (302, String::new(), Trouble::Unreachable),
        (200, " ".repeat(300 * 1024), Trouble::Unreachable),
    ] {
        let away = world.away().await;
        world.stub.says_text("/token", status, &body);
        let done = world.back(&away, &away.answer(), None).await;
        let found = done.unwrap_err();
        assert_eq!(found, trouble, "{status} {}", &body[..body.len().min(60)]);
    }
}

#[tokio::test]
async fn an_answer_counts_once_in_its_browser_at_its_provider_and_for_ten_minutes() {
    let world = World::new().await;
    let over = |done: Result<Done, Trouble>| assert!(matches!(done, Err(Trouble::Over)), "{done:?}");
    let away = world.away().await;
    world.stub.tokens_with(&world.claims(&away));
    for state in ["", "x", &away.asked["state"][1..], &away.asked["state"].to_lowercase()] {
        over(world.back(&away, &away.answer().with("state", state), None).await);
    }
    over(world.back(&away, &away.answer().without("state"), None).await);
    let other = world.away().await;
    let elsewhere = Away { asked: away.asked.clone(), browser: other.browser.clone() };
    over(world.back(&elsewhere, &away.answer(), None).await);
    let answer = away.answer();
    let stopped = finish(&world.app, world.provider(), &answer, None, None, &visit(1)).await.unwrap_err();
    assert_eq!(stopped.trouble, Trouble::Over);
    assert!(world.stub.asked("/token").is_empty(), "nobody's code was traded");
    arrived(world.back(&away, &answer, None).await);
    over(world.back(&away, &answer, None).await);
    let late = world.away().await;
    world.stub.tokens_with(&world.claims(&late));
    world.app.advance(Lifetime::seconds(601));
    over(world.back(&late, &late.answer(), None).await);
}

#[tokio::test]
async fn who_answers_is_who_was_asked() {
    let world = World::new().await;
    let issuer = world.stub.issuer();
    for iss in ["https://other.example", &format!("{issuer}/"), "x"] {
        let away = world.away().await;
        world.stub.tokens_with(&world.claims(&away));
        for answer in [away.answer(), away.answer().with("error", "access_denied")] {
            let done = world.back(&away, &answer.with("iss", iss), None).await;
            assert!(matches!(done, Err(Trouble::Unproven | Trouble::Over)), "{iss}: {done:?}");
        }
    }
    assert!(world.stub.asked("/token").is_empty(), "a code of somebody else was traded");
    let away = world.away().await;
    world.stub.tokens_with(&world.claims(&away));
    arrived(world.back(&away, &away.answer().with("iss", &issuer), None).await);
    // Whoever says that it always names itself is not believed when it does not.
    let world = World::new().await;
    world
        .stub
        .discovered(|metadata| metadata["authorization_response_iss_parameter_supported"] = true.into());
    let away = world.away().await;
    world.stub.tokens_with(&world.claims(&away));
    let done = world.back(&away, &away.answer(), None).await;
    assert!(matches!(done, Err(Trouble::Unproven)), "{done:?}");
}

#[tokio::test]
async fn what_the_provider_refuses_is_told_apart() {
    let world = World::new().await;
    for (error, trouble) in [
        ("access_denied", Trouble::Denied),
        ("login_required", Trouble::Denied),
        ("server_error", Trouble::Unreachable),
        ("temporarily_unavailable", Trouble::Unreachable),
        ("invalid_scope", Trouble::Refused),
        ("unauthorized_client", Trouble::Refused),
        ("<script>", Trouble::Refused),
    ] {
        let away = world.away().await;
        let done = world.back(&away, &away.answer().without("code").with("error", error), None).await;
        assert_eq!(done.unwrap_err(), trouble, "{error}");
    }
    let away = world.away().await;
    let done = world.back(&away, &away.answer().without("code"), None).await;
    assert_eq!(done.unwrap_err(), Trouble::Unproven);
    let away = world.away().await;
    let done = world.back(&away, &away.answer().with("code", &"c".repeat(5_000)), None).await;
    assert_eq!(done.unwrap_err(), Trouble::Unproven);
    assert!(world.stub.asked("/token").is_empty());
}

#[tokio::test]
async fn a_new_key_is_found_and_nobody_makes_us_ask_without_end() {
    let world = World::new().await;
    world.stub.keys(&OTHERS);
    let away = world.away().await;
    assert_eq!(world.stub.asked("/jwks").len(), 1);
    world.app.advance(Lifetime::seconds(11));
    world.stub.keys(&PAIRS);
    // The kid is the same, so that the old key is tried; then one with a name that is not known yet.
    let renamed = |kid: &str| {
        let mut keys = serde_json::to_value(PAIRS.public()).unwrap();
        keys["keys"][0]["kid"] = kid.into();
        keys
    };
    world.stub.says("/jwks", 200, &renamed("next"));
    world.stub.tokens(&PAIRS.sign(&json!({ "alg": "RS256", "kid": "next" }), &world.claims(&away)));
    arrived(world.back(&away, &away.answer(), None).await);
    assert_eq!(world.stub.asked("/jwks").len(), 2);
    for _ in 0..5 {
        let away = world.away().await;
        world.stub.tokens(&PAIRS.sign(&json!({ "alg": "RS256", "kid": "unknown" }), &world.claims(&away)));
        let done = world.back(&away, &away.answer(), None).await;
        assert!(matches!(done, Err(Trouble::Unproven)), "{done:?}");
    }
    assert!(world.stub.asked("/jwks").len() <= 3);
}

#[tokio::test]
async fn a_provider_that_says_nonsense_of_itself_is_not_gone_to() {
    let wrong: Vec<(&str, Value)> = vec![
        ("issuer", json!("https://other.example")),
        ("authorization_endpoint", json!("javascript:alert(1)")),
        ("authorization_endpoint", json!("ftp://127.0.0.1/")),
        ("authorization_endpoint", Value::Null),
        ("token_endpoint", Value::Null),
        ("token_endpoint", json!("file:///etc/passwd")),
        ("jwks_uri", json!("http://10.0.0.1/jwks")),
        ("jwks_uri", Value::Null),
    ];
    for (name, value) in wrong {
        let world = World::new().await;
        world.stub.discovered(|metadata| {
            metadata[name] = value.clone();
            if value.is_null() {
                metadata.as_object_mut().unwrap().remove(name);
            }
        });
        let away = world.begin(sign_in()).await;
        assert_eq!(away.err(), Some(Trouble::Unreachable), "{name}: {value}");
    }
    for (status, body) in [(500, "{}"), (200, "nonsense"), (302, "")] {
        let world = World::new().await;
        world.stub.says_text("/.well-known/openid-configuration", status, body);
        assert_eq!(world.begin(sign_in()).await.err(), Some(Trouble::Unreachable));
        // It is asked again soon, not at once.
        world.stub.discovered(|_| {});
        assert_eq!(world.begin(sign_in()).await.err(), Some(Trouble::Unreachable));
        world.app.advance(Lifetime::seconds(11));
        world.begin(sign_in()).await.unwrap();
    }
}

#[tokio::test]
async fn what_is_known_of_a_provider_goes_on_while_it_is_away() {
    let world = World::new().await;
    world.away().await;
    world.stub.says_text("/.well-known/openid-configuration", 503, "");
    world.app.advance(Lifetime::seconds(2 * 3_600));
    world.away().await;
    world.app.advance(Lifetime::days(1));
    assert_eq!(world.begin(sign_in()).await.err(), Some(Trouble::Unreachable));
}

impl std::fmt::Debug for Away {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.asked.fmt(f)
    }
}
