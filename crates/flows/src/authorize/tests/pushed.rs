//! P10: requests that clients push beforehand (RFC 9126).

use std::sync::Arc;

use postern_domain::{ClientType, Lifetime, Params, Refusal};
use serde_json::json;

use super::fixture::{ADDRESS, field, query, said};
use crate::authorize::{Next, Person, Posted, Pushed, authorize, keep, push};
use crate::client_jwt::testing::PAIRS;
use crate::party::{self, CHALLENGE, Party, REDIRECT_URI, form};

const ID: &str = "web-app";

fn honest() -> Params {
    form(&[
        ("response_type", "code"),
        ("redirect_uri", REDIRECT_URI),
        ("scope", "openid"),
        ("state", "s"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ])
}

async fn pushed(party: &Party, params: Params) -> Result<Pushed, Refusal> {
    push(&party.app, party::sender(&party.signed(params))).await
}

async fn refused(party: &Party, params: Params) -> String {
    pushed(party, params).await.unwrap_err().code.as_str().to_owned()
}

async fn asked(
    party: &Party,
    client: &str,
    uri: &str,
    signed_in: bool,
) -> Result<Next, crate::authorize::Unreturnable> {
    let person = Person { session: &party.session, user: &party.user };
    let query = query(&[("client_id", client), ("request_uri", uri)]);
    authorize(&party.app, &query, signed_in.then_some(person)).await
}

#[tokio::test]
async fn a_pushed_request_waits_for_the_person_and_is_answered_once() {
    let party = Party::new().await;
    let Pushed { request_uri, expires_in } = pushed(&party, honest()).await.unwrap();
    assert!(request_uri.starts_with("urn:ietf:params:oauth:request_uri:") && request_uri.len() > 70);
    assert!((5..600).contains(&expires_in));
    for _ in 0..3 {
        assert_eq!(
            said(&asked(&party, ID, &request_uri, false).await),
            "sign in",
            "the page can be reloaded"
        );
    }
    let Ok(Next::Return(answer)) = asked(&party, ID, &request_uri, true).await else { panic!() };
    assert!(field(&answer, "code").is_some());
    assert_eq!(field(&answer, "state").as_deref(), Some("s"));
    assert_eq!(said(&asked(&party, ID, &request_uri, true).await), "page: invalid_request_uri");
    // Posted as a form, it goes on under itself.
    let other = pushed(&party, honest()).await.unwrap().request_uri;
    let sent = query(&[("client_id", ID), ("request_uri", &other)]);
    let Ok(Posted::Kept(path)) = keep(&party.app, sent.as_bytes(), ADDRESS).await else { panic!() };
    assert!(path.contains("request_uri=urn"), "{path}");
}

#[tokio::test]
async fn of_many_who_come_at_once_one_is_answered() {
    let party = Party::new().await;
    let uri = pushed(&party, honest()).await.unwrap().request_uri;
    let tries: Vec<_> = (0..20)
        .map(|_| {
            let (app, session, user) =
                (Arc::clone(&party.app.app), party.session.clone(), party.user.clone());
            let query = query(&[("client_id", ID), ("request_uri", &uri)]);
            tokio::spawn(async move {
                said(&authorize(&app, &query, Some(Person { session: &session, user: &user })).await)
            })
        })
        .collect();
    let mut codes = 0;
    for one in tries {
        codes += usize::from(one.await.unwrap() == "code");
    }
    assert_eq!(codes, 1);
}

#[tokio::test]
async fn what_is_not_its_own_or_over_is_not_known() {
    let party = Party::new().await;
    party::client(&party.app, "other", |_| {}).await;
    let uri = pushed(&party, honest()).await.unwrap().request_uri;
    assert_eq!(said(&asked(&party, "other-app", &uri, true).await), "page: invalid_request_uri");
    let redirect =
        |uri: &str| query(&[("client_id", ID), ("request_uri", uri), ("redirect_uri", REDIRECT_URI)]);
    for wrong in [format!("{uri}x"), "urn:ietf:params:oauth:request_uri:".to_owned()] {
        let Ok(Posted::Return(answer)) = keep(&party.app, redirect(&wrong).as_bytes(), ADDRESS).await else {
            panic!()
        };
        assert_eq!(field(&answer, "error").as_deref(), Some("invalid_request_uri"), "{wrong}");
    }
    // What stands beside it counts for nothing.
    let more = query(&[("client_id", ID), ("request_uri", &uri), ("scope", "admin"), ("prompt", "none")]);
    assert_eq!(said(&authorize(&party.app, &more, None).await), "sign in");
    party.app.advance(Lifetime::seconds(9 * 60));
    assert_eq!(said(&asked(&party, ID, &uri, true).await), "page: invalid_request_uri");
}

#[tokio::test]
async fn nothing_is_kept_that_would_fail() {
    let party = Party::new().await;
    assert_eq!(
        refused(&party, honest().with("redirect_uri", "https://attacker.example/cb")).await,
        "invalid_request"
    );
    assert_eq!(refused(&party, honest().without("redirect_uri")).await, "invalid_request");
    assert_eq!(refused(&party, honest().with("scope", "admin")).await, "invalid_scope");
    assert_eq!(refused(&party, honest().with("response_type", "token")).await, "unsupported_response_type");
    assert_eq!(refused(&party, honest().with("code_challenge_method", "plain")).await, "invalid_request");
    assert_eq!(refused(&party, honest().with("request_uri", "urn:x")).await, "invalid_request");
    let stranger = honest().with("client_id", ID).with("client_secret", "guess");
    let outcome = push(&party.app, party::sender(&stranger)).await;
    assert_eq!(outcome.unwrap_err().code.as_str(), "invalid_client");
}

#[tokio::test]
async fn a_request_object_may_be_pushed_and_a_client_held_to_push() {
    let party = Party::with(|metadata| {
        metadata.jwks = Some(PAIRS.public());
        metadata.require_pushed_authorization_requests = true;
        metadata.require_signed_request_object = true;
    })
    .await;
    let members: serde_json::Map<_, _> =
        honest().iter().map(|(name, value)| (name.to_owned(), json!(value))).collect();
    let object = PAIRS.sign(&json!({"alg": "RS256"}), &json!(members));
    assert_eq!(refused(&party, honest()).await, "invalid_request_object");
    let uri = pushed(&party, form(&[("request", &object)])).await.unwrap().request_uri;
    assert_eq!(said(&asked(&party, ID, &uri, true).await), "code");
    let direct = query(&[("client_id", ID), ("request", &object), ("redirect_uri", REDIRECT_URI)]);
    let Ok(Posted::Return(answer)) = keep(&party.app, direct.as_bytes(), ADDRESS).await else { panic!() };
    assert_eq!(field(&answer, "error").as_deref(), Some("invalid_request"));
}

#[tokio::test]
async fn strangers_push_within_a_budget() {
    let mut config = crate::Config::default();
    config.rate_limits.posted_request = 3;
    let party = Party::configured(config, |metadata| metadata.client_type = ClientType::Public).await;
    for _ in 0..3 {
        pushed(&party, honest()).await.unwrap();
    }
    assert_eq!(refused(&party, honest()).await, "too_many_requests");
}
