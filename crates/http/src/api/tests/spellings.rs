//! T07 of the checks: only the exact token, sent in one of the ways that are documented.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE};
use postern_domain::{TokenKind, TokenText};
use postern_flows::TokenAuthMode;

use super::fixture::{Holder, World};

const ME: &str = "/v1/users/me";

fn basic(user: &str, token: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{token}")))
}

#[tokio::test]
async fn only_the_exact_token_works() {
    let world = World::new().await;
    let token = world.token(Holder::PersonsScript, "user:read").await;
    let foreign = TokenText::generate("sandbox", TokenKind::Personal, |bytes| bytes.fill(7));
    let unknown = world.server.app.new_token(TokenKind::Personal);
    for header in [format!("Bearer {token}"), format!("bearer {token}"), basic("ada", &token)] {
        assert_eq!(world.call("GET", ME, Some(&header)).await.status, StatusCode::OK, "{header}");
    }
    let refused = [
        token[1..].to_owned(),
        token[..token.len() - 1].to_owned(),
        format!("{token}0"),
        format!(" {token}"),
        format!("{token} {token}"),
        format!("{token},"),
        token.to_uppercase(),
        token.replace("_pat_", "_at_"),
        token.replace('o', "0"),
        String::new(),
        foreign.reveal().to_owned(),
        unknown.reveal().to_owned(),
    ];
    for other in &refused {
        for header in [format!("Bearer {other}"), basic("ada", other)] {
            let answer = world.call("GET", ME, Some(&header)).await;
            assert_eq!(
                (answer.status, answer.json_code()),
                (StatusCode::UNAUTHORIZED, "invalid_token".into())
            );
            assert!(answer.header("www-authenticate").starts_with("Bearer "), "{header}");
            assert_eq!(answer.header("content-type"), "application/problem+json");
            assert_eq!(answer.cookies(), Vec::<&str>::new());
            assert!(other.is_empty() || !answer.body.contains(other.trim()), "{}", answer.body);
        }
    }
    let said = world.call("GET", ME, Some(&format!("Bearer {}", foreign.reveal()))).await;
    assert!(said.body.contains("another instance"), "{}", said.body);
    let said = world.call("GET", ME, Some(&format!("Bearer {}", refused[1]))).await;
    assert!(said.body.contains("does not have the form"), "{}", said.body);
}

#[tokio::test]
async fn basic_takes_the_owners_name_in_front_of_the_token() {
    let world = World::new().await;
    let own = world.token(Holder::PersonsScript, "user:read").await;
    for name in ["ada", "Ada", "ada@example.com", "ADA@example.com"] {
        assert_eq!(world.call("GET", ME, Some(&basic(name, &own))).await.status, StatusCode::OK, "{name}");
    }
    for name in ["", "eve", "acme", "ada ", own.as_str()] {
        let answer = world.call("GET", ME, Some(&basic(name, &own))).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{name}");
    }
    for wrong in [
        basic(&own, "ada"),
        format!("Basic {}", STANDARD.encode(&own)),
        format!("Basic {}", STANDARD_NO_PAD.encode(format!("adax:{own}"))),
        format!("Basic {}=", STANDARD.encode(format!("ada:{own}"))),
        format!("Basic {}", STANDARD.encode(format!("ada:{own}\n"))),
        format!("Basic {}", URL_SAFE.encode(format!("a\u{fb}\u{ff}:{own}"))),
    ] {
        assert_eq!(world.call("GET", ME, Some(&wrong)).await.status, StatusCode::UNAUTHORIZED, "{wrong}");
    }
    // An organization's slug, or who made it; here the subject is what is refused, and no longer the credential.
    let oat = world.token(Holder::OrganizationsScript, "clients:read").await;
    for (name, status) in
        [("acme", StatusCode::FORBIDDEN), ("ada", StatusCode::FORBIDDEN), ("eve", StatusCode::UNAUTHORIZED)]
    {
        assert_eq!(world.call("GET", ME, Some(&basic(name, &oat))).await.status, status, "{name}");
    }
    let access = world.token(Holder::AppForPerson, "user:read").await;
    let answer = world.call("GET", ME, Some(&basic("ada", &access))).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_instance_says_how_tokens_are_sent() {
    for (mode, by_bearer, by_basic) in [
        (TokenAuthMode::Both, true, true),
        (TokenAuthMode::Bearer, true, false),
        (TokenAuthMode::Basic, false, true),
    ] {
        let world = World::with(|config| config.tokens.auth_mode = mode).await;
        let own = world.token(Holder::PersonsScript, "user:read").await;
        let access = world.token(Holder::AppForPerson, "user:read").await;
        for (header, works) in [
            (format!("Bearer {own}"), by_bearer),
            (basic("ada", &own), by_basic),
            (format!("Bearer {access}"), true),
        ] {
            let answer = world.call("GET", ME, Some(&header)).await;
            assert_eq!(answer.status == StatusCode::OK, works, "{mode:?} {header}: {}", answer.body);
        }
        let challenges = |answer: crate::testing::Answer| {
            let all = answer.headers.get_all(header::WWW_AUTHENTICATE).iter();
            all.map(|value| value.to_str().unwrap().split(' ').next().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let expected: &[&str] = match mode {
            TokenAuthMode::Both => &["Bearer", "Basic"],
            TokenAuthMode::Bearer => &["Bearer"],
            TokenAuthMode::Basic => &["Basic", "Bearer"],
        };
        assert_eq!(challenges(world.call("GET", ME, None).await), expected);
        for (name, value) in [("sec-fetch-mode", "cors"), ("x-requested-with", "XMLHttpRequest")] {
            let request = Request::get(ME).header(name, value).body(Body::empty()).unwrap();
            assert_eq!(challenges(world.server.send(request).await), ["Bearer"], "{mode:?} {name}");
        }
    }
}

/// RFC 9728 section 5: whoever is refused learns where to get a token.
#[tokio::test]
async fn a_refusal_says_where_the_api_describes_itself() {
    let world = World::new().await;
    for token in [None, Some("Bearer made-up")] {
        let refused = world.call("GET", ME, token).await;
        let challenge = refused.header("www-authenticate");
        let (_, url) = challenge.split_once("resource_metadata=\"").unwrap();
        let url = url::Url::parse(url.split('"').next().unwrap()).unwrap();
        let document = world.call("GET", url.path(), None).await.json();
        assert_eq!(document["resource"], world.server.app.config.issuer());
        assert_eq!(document["authorization_servers"], serde_json::json!([world.server.app.config.issuer()]));
        assert!(document["scopes_supported"].as_array().unwrap().contains(&"user:read".into()), "{document}");
    }
}

#[tokio::test]
async fn a_token_is_sent_once_and_not_in_the_query() {
    let world = World::new().await;
    let token = world.token(Holder::PersonsScript, "user:read").await;
    let header = format!("Bearer {token}");
    let twice = Request::get(ME)
        .header(header::AUTHORIZATION, &header)
        .header(header::AUTHORIZATION, &header)
        .body(Body::empty());
    assert_eq!(world.server.send(twice.unwrap()).await.status, StatusCode::BAD_REQUEST);
    for query in [format!("access_token={token}"), format!("x={token}"), "access_token=x".to_owned()] {
        for authorization in [None, Some(header.as_str())] {
            let answer = world.call("GET", &format!("{ME}?{query}"), authorization).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}");
            assert!(answer.body.contains("must not be in the query"), "{}", answer.body);
        }
    }
}
