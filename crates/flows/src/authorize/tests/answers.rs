//! How answers travel, and what each carries.

use postern_domain::{Permit, Subject, TokenText};
use postern_storage::tokens::{self, TokenData};

use super::fixture::*;
use crate::authorize::{Delivery, Next, Posted, keep};

/// P12: whoever gets an answer can tell whose it is.
#[tokio::test]
async fn every_answer_carries_iss_and_state() {
    let world = World::new().await;
    let session = world.session(0);
    let code = world.allow(&web(&[("scope", "openid")]), &session).await;
    let error = world.next(&web(&[("prompt", "none")]), None).await;
    let posted = web(&[("scope", "openid"), ("response_mode", "form_post")]);
    let form_code = world.next(&posted, Some(&session)).await;
    let form_error = world.next(&web(&[("response_mode", "form_post"), ("max_age", "x")]), None).await;
    for next in [code, error, form_code, form_error] {
        let Ok(Next::Return(answer)) = &next else { panic!("{}", said(&next)) };
        assert_eq!(field(answer, "iss").as_deref(), Some("http://localhost:8080"));
        assert_eq!(field(answer, "state").as_deref(), Some("s1"));
    }
}

#[tokio::test]
async fn errors_travel_as_the_answer_would_have() {
    let world = World::new().await;
    let form = world.next(&web(&[("response_mode", "form_post"), ("scope", "admin")]), None).await;
    let Ok(Next::Return(answer)) = form else { panic!() };
    let Delivery::Form { action, app_name, .. } = answer.delivery() else { panic!() };
    assert_eq!((action, app_name), (CALLBACK, "web"));
    // A mode that is not offered, or said twice, falls back to the query.
    for more in [
        &[("response_mode", "fragment")] as &[_],
        &[("response_mode", "form_post"), ("response_mode", "form_post")],
    ] {
        let Ok(Next::Return(answer)) = world.next(&web(more), None).await else { panic!() };
        assert!(target(&answer).starts_with("https://app.example/cb?error=invalid_request&"), "{more:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_not_sent_back() {
    let world = World::new().await;
    let Ok(Next::Return(answer)) = world.next(&web(&[("state", "s2")]), None).await else { panic!() };
    assert_eq!(field(&answer, "state"), None, "it was said twice");
    let long = "s".repeat(5_000);
    let base = [("client_id", "web"), ("redirect_uri", CALLBACK), ("response_type", "code")];
    let pairs = [base.as_slice(), &[("state", &long)]].concat();
    let Ok(Next::Return(answer)) = world.next(&query(&pairs), None).await else { panic!() };
    assert_eq!(
        (field(&answer, "error").as_deref(), field(&answer, "state")),
        (Some("invalid_request"), None)
    );
    let described = field(&answer, "error_description").unwrap();
    assert!(described.bytes().all(|b| matches!(b, 0x20..=0x7e) && b != b'"' && b != b'\\'), "{described}");
}

#[tokio::test]
async fn state_comes_back_as_it_was_sent() {
    let world = World::new().await;
    for state in ["a b+c&d=e%20", "é\u{202e}", "\"<script>", "\r\nLocation: x", &"s".repeat(4_096)] {
        let base =
            [("client_id", "web"), ("redirect_uri", CALLBACK), ("response_type", "code"), ("prompt", "none")];
        let pairs = [base.as_slice(), &[("state", state)]].concat();
        let Ok(Next::Return(answer)) = world.next(&query(&pairs), None).await else { panic!("{state:?}") };
        assert_eq!(field(&answer, "state").as_deref(), Some(state));
        assert!(target(&answer).bytes().all(|b| b.is_ascii_graphic()));
    }
}

#[tokio::test]
async fn a_code_is_bound_to_all_it_was_asked_with() {
    let world = World::new().await;
    let session = world.session(30);
    let request = web(&[
        ("scope", "openid email"),
        ("nonce", "n1"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ]);
    let Ok(Next::Return(answer)) = world.allow(&request, &session).await else { panic!() };
    let code = TokenText::parse("postern", &field(&answer, "code").unwrap()).unwrap();
    let (token, _) =
        tokens::find_by_hash(&world.app.db, world.app.secret_key.hash(&code)).await.unwrap().unwrap();
    assert_eq!(token.permit, Permit::of_user(world.ada.id, "openid email".parse().unwrap()));
    assert_eq!(token.permit.subject, Subject::User(world.ada.id));
    let Some(TokenData::Code(binding)) = token.data else { panic!() };
    assert_eq!(binding.redirect_uri.as_deref(), Some(CALLBACK));
    assert_eq!(binding.nonce.as_deref(), Some("n1"));
    assert!(binding.code_challenge.is_some());
    assert_eq!(binding.authentication.session_id, session.id);
    assert_eq!(binding.authentication.auth_time, session.auth_time);
}

#[tokio::test]
async fn a_posted_request_goes_on_by_get() {
    let world = World::new().await;
    let session = world.session(0);
    let Ok(Posted::Kept(path)) = keep(&world.app, web(&[("scope", "openid")]).as_bytes(), ADDRESS).await
    else {
        panic!()
    };
    let (_, query) = path.split_once('?').unwrap();
    assert!(path.len() < 200, "{path}");
    assert_eq!(world.outcome(query, None).await, "sign in");
    assert_eq!(world.outcome(query, None).await, "sign in", "reloading works");
    let other = format!("{query}&prompt=none&state=other");
    assert_eq!(world.outcome(&other, None).await, "sign in", "what is added counts for nothing");
    assert_eq!(said(&world.allow(query, &session).await), "code");
    assert_eq!(world.outcome(&format!("{query}x"), None).await, "page: invalid_request");
    world.app.advance(postern_domain::Lifetime::seconds(601));
    assert_eq!(world.outcome(query, Some(&session)).await, "page: invalid_request");
}

#[tokio::test]
async fn what_is_wrong_with_a_posted_request_is_said_at_once() {
    let world = World::new().await;
    let Ok(Posted::Return(answer)) = keep(&world.app, web(&[("scope", "admin")]).as_bytes(), ADDRESS).await
    else {
        panic!()
    };
    assert_eq!(field(&answer, "error").as_deref(), Some("invalid_scope"));
    for form in
        ["", "client_id=nobody", "client_id=web&redirect_uri=https://evil.example/", "client_id=%ff", "a=%"]
    {
        assert!(keep(&world.app, form.as_bytes(), ADDRESS).await.is_err(), "{form}");
    }
}

#[tokio::test]
async fn a_request_too_long_for_an_address_can_be_posted() {
    let world = World::new().await;
    let claims = format!(r#"{{"userinfo":{{"{}":null}}}}"#, "c".repeat(9_000));
    let long = web(&[("claims", &claims)]);
    assert_eq!(world.outcome(&long, None).await, "page: invalid_request");
    let Ok(Posted::Kept(path)) = keep(&world.app, long.as_bytes(), ADDRESS).await else { panic!() };
    assert_eq!(world.outcome(path.split_once('?').unwrap().1, None).await, "sign in");
}
