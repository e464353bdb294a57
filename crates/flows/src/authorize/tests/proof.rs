//! Signing in for a request, and saying which account is meant, count for that request, session and time alone.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use postern_domain::{Lifetime, OwnPath};

use super::fixture::*;
use crate::authorize::{Next, WaitingFor, after_choice, after_sign_in, waiting};

fn path(query: &str) -> OwnPath {
    own(&format!("/v1/oauth2/authorize?{query}"))
}

fn own(path: &str) -> OwnPath {
    OwnPath::parse(path).unwrap()
}

#[tokio::test]
async fn signing_in_again_ends_every_question_before_consent() {
    let world = World::new().await;
    for more in [
        &[("prompt", "login")] as &[_],
        &[("max_age", "0")],
        &[("prompt", "select_account")],
        &[("prompt", "login select_account"), ("max_age", "0")],
    ] {
        let session = world.session(0);
        let request = web(more);
        let done = after_sign_in(&world.app, &path(&request), &session);
        assert_eq!(world.outcome(done.query(), Some(&session)).await, "consent", "{more:?}");
        // Not without the word, even in the second of the sign-in.
        assert_ne!(world.outcome(&request, Some(&session)).await, "consent", "{more:?}");
    }
}

#[tokio::test]
async fn a_choice_is_no_sign_in() {
    let world = World::new().await;
    let session = world.session(0);
    let chosen = after_choice(&world.app, &path(&web(&[("prompt", "select_account")])), &session);
    assert_eq!(world.outcome(chosen.query(), Some(&session)).await, "consent");
    let create = after_choice(&world.app, &path(&web(&[("prompt", "create")])), &session);
    assert_eq!(world.outcome(create.query(), Some(&session)).await, "consent", "sign-up is closed");
    let both = after_choice(&world.app, &path(&web(&[("prompt", "select_account login")])), &session);
    assert_eq!(world.outcome(both.query(), Some(&session)).await, "reauthenticate");
    let Ok(Next::Reauthenticate(on)) = world.next(both.query(), Some(&session)).await else { panic!() };
    let on = own(&on);
    let wants = waiting(&world.app, &on, Some(world.person(&session))).await.unwrap().wants;
    assert_eq!(wants, WaitingFor::Reauthentication, "the choice is not forgotten on the way");
    let done = after_sign_in(&world.app, &on, &session);
    assert_eq!(world.outcome(done.query(), Some(&session)).await, "consent");
}

#[tokio::test]
async fn a_forged_foreign_or_old_word_is_worth_nothing() {
    let world = World::new().await;
    let (session, other) = (world.session(0), world.session(0));
    let request = web(&[("prompt", "login")]);
    let done = after_sign_in(&world.app, &path(&request), &session);
    let query = done.query();
    assert_eq!(world.outcome(query, Some(&session)).await, "consent");
    assert_eq!(world.outcome(query, Some(&other)).await, "reauthenticate", "another session");
    assert_eq!(world.outcome(query, None).await, "sign in");

    let word = query.split_once("postern_interaction=").unwrap().1;
    for changed in [
        web(&[("prompt", "login"), ("nonce", "n2"), ("postern_interaction", word)]),
        web(&[("prompt", "login"), ("postern_interaction", &word[1..])]),
        web(&[("prompt", "login"), ("postern_interaction", &word.to_lowercase())]),
        web(&[("prompt", "login"), ("postern_interaction", "")]),
        web(&[("prompt", "login"), ("postern_interaction", "junk!")]),
    ] {
        assert_eq!(world.outcome(&changed, Some(&session)).await, "reauthenticate", "{changed}");
    }
    let bytes = URL_SAFE_NO_PAD.decode(word).unwrap();
    for i in 0..bytes.len() {
        let mut forged = bytes.clone();
        forged[i] ^= 1;
        let forged = URL_SAFE_NO_PAD.encode(forged);
        let forged = web(&[("prompt", "login"), ("postern_interaction", &forged)]);
        assert_eq!(world.outcome(&forged, Some(&session)).await, "reauthenticate", "byte {i}");
    }
    let twice = format!("{query}&postern_interaction={word}");
    assert_eq!(world.outcome(&twice, Some(&session)).await, "page: invalid_request");

    world.app.advance(Lifetime::seconds(1_801));
    assert_eq!(world.outcome(query, Some(&session)).await, "reauthenticate", "half an hour later");
}

#[tokio::test]
async fn other_places_stay_as_they_are() {
    let world = World::new().await;
    let session = world.session(0);
    for place in [
        "/",
        "/settings/sessions?x=1",
        "/v1/oauth2/authorize",
        "/v1/oauth2/authorizex?a=b",
        "/v1/oauth2/authorize?a=%",
    ] {
        let place = own(place);
        assert_eq!(after_sign_in(&world.app, &place, &session), place);
        assert!(waiting(&world.app, &place, None).await.is_none(), "{place}");
    }
}

#[tokio::test]
async fn the_sign_in_page_learns_what_waits() {
    let world = World::new().await;
    let session = world.session(100);
    for (more, signed_in, wants) in [
        (&[] as &[_], false, WaitingFor::SignIn),
        (&[], true, WaitingFor::Nothing),
        (&[("prompt", "login")], true, WaitingFor::Reauthentication),
        (&[("max_age", "99")], true, WaitingFor::Reauthentication),
        (&[("prompt", "select_account")], true, WaitingFor::Choice),
        (&[("prompt", "create")], false, WaitingFor::SignIn),
        (&[("prompt", "create")], true, WaitingFor::Choice),
        (&[("prompt", "none")], false, WaitingFor::Nothing),
        (&[("scope", "admin")], false, WaitingFor::Nothing),
    ] {
        let person = signed_in.then(|| world.person(&session));
        let found = waiting(&world.app, &path(&web(more)), person).await.unwrap();
        assert_eq!(found.wants, wants, "{more:?} {signed_in}");
        assert_eq!(found.sign_up_is_closed, more == [("prompt", "create")], "{more:?} {signed_in}");
        assert_eq!((found.host.as_str(), found.redirect_uri.as_str()), ("app.example", CALLBACK));
    }
    let hinted = waiting(&world.app, &path(&web(&[("login_hint", "ada@example.com")])), None).await.unwrap();
    assert_eq!(hinted.login_hint.as_deref(), Some("ada@example.com"));
    assert!(waiting(&world.app, &path("client_id=nobody"), None).await.is_none());
}
