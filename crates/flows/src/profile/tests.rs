use postern_domain::{Lifetime, Plain, StandardClaim};

use super::*;
use crate::testing::sign_in;
use crate::testing::{self, PASSWORD, visit};

fn typed(username: &str, email: &str, name: &str) -> NewProfile {
    NewProfile { username: username.into(), email: email.into(), name: name.into(), ..NewProfile::default() }
}

#[tokio::test]
async fn another_address_wants_a_fresh_proof() {
    let app = testing::app().await;
    testing::user(&app, "ada").await;
    let arrival = sign_in(&app, "ada", &Plain::new(PASSWORD.into()), &visit(1)).await.unwrap();
    app.advance(Lifetime::seconds(15 * 60));
    let (user, session) = (&arrival.user, &arrival.session);
    let saved = change(&app, user, Some(session), &typed("ada.l", "ADA@example.com", "Ada Lovelace")).await;
    assert_eq!(saved.unwrap(), Outcome::Saved);
    let changed = app.user(user.id).await.unwrap().unwrap();
    assert_eq!((changed.username.as_str(), changed.name.as_str()), ("ada.l", "Ada Lovelace"));
    let other = typed("ada.l", "ada@example.org", "");
    assert_eq!(change(&app, &changed, Some(session), &other).await.unwrap(), Outcome::NeedsProof);
    let proved = Session { auth_time: app.clock.now(), ..session.clone() };
    assert_eq!(change(&app, &changed, Some(&proved), &other).await.unwrap(), Outcome::Saved);
    let changed = app.user(user.id).await.unwrap().unwrap();
    assert_eq!((changed.email.as_str(), changed.name.as_str()), ("ada@example.org", "ada.l"));
}

#[tokio::test]
async fn what_somebody_says_of_themselves_is_kept_until_it_is_taken_back() {
    let app = testing::app().await;
    let ada = testing::user(&app, "ada").await;
    let save = async |claims: serde_json::Value| {
        let user = app.user(ada.id).await.unwrap().unwrap();
        let claims = read_claims(claims.as_object().unwrap()).unwrap();
        let new = NewProfile { claims, ..typed("ada", "ada@example.com", "") };
        change(&app, &user, None, &new).await.map(|_| ())
    };
    app.advance(Lifetime::seconds(60));
    save(json!({ "birthdate": "1815-12-10", "locale": "en-GB" })).await.unwrap();
    let said = app.user(ada.id).await.unwrap().unwrap();
    assert_eq!(said.claims.birthdate.as_ref().unwrap().as_str(), "1815-12-10");
    assert_eq!(said.updated_at, app.clock.now());
    save(json!({ "birthdate": null })).await.unwrap();
    let said = app.user(ada.id).await.unwrap().unwrap();
    let said = |claim| said.claims.get(claim);
    assert_eq!((said(StandardClaim::Birthdate), said(StandardClaim::Locale)), (None, Some("en-GB")));
    let Err(FormRefusal::Fields(errors)) = save(json!({ "zoneinfo": "the moon", "nickname": "Al" })).await
    else {
        panic!("the moon has a time zone");
    };
    assert!(errors.of("zoneinfo").is_some_and(|error| error.contains("Europe/Paris")), "{errors}");
    assert_eq!(app.user(ada.id).await.unwrap().unwrap().claims.nickname, None);
}

#[tokio::test]
async fn names_of_others_and_bad_ones_are_refused() {
    let app = testing::app().await;
    testing::user(&app, "bob").await;
    testing::user(&app, "ada").await;
    let arrival = sign_in(&app, "ada", &Plain::new(PASSWORD.into()), &visit(1)).await.unwrap();
    for (typed, field) in [
        (typed("bob", "ada@example.com", ""), "username"),
        (typed("a", "ada@example.com", ""), "username"),
        (typed("ada", "ada", ""), "email"),
        (typed("ada", "ada@example.com", &"x".repeat(101)), "name"),
    ] {
        let Err(FormRefusal::Fields(errors)) =
            change(&app, &arrival.user, Some(&arrival.session), &typed).await
        else {
            panic!("{typed:?}");
        };
        assert!(errors.of(field).is_some(), "{errors}");
    }
}

#[tokio::test]
async fn nobody_finds_out_by_trying_who_is_here() {
    let app = testing::app().await;
    testing::verified_user(&app, "bob").await;
    testing::user(&app, "ada").await;
    let arrival = sign_in(&app, "ada", &Plain::new(PASSWORD.into()), &visit(1)).await.unwrap();
    let mut looked_at = 0;
    for i in 0..30 {
        let guess = typed(if i % 2 == 0 { "bob" } else { "Bob" }, "ada@example.com", "");
        let outcome = change(&app, &arrival.user, Some(&arrival.session), &guess).await;
        looked_at += i32::from(matches!(outcome, Err(FormRefusal::Fields(_))));
    }
    assert_eq!(looked_at, 20);
    // One's own name in other letters is no guess.
    let own = typed("ada", "ada@example.com", "Ada L");
    assert_eq!(change(&app, &arrival.user, Some(&arrival.session), &own).await.unwrap(), Outcome::Saved);
}

#[tokio::test]
async fn an_address_that_somebody_has_is_taken_like_any_other() {
    let app = testing::app().await;
    let bob = testing::verified_user(&app, "bob").await;
    testing::user(&app, "ada").await;
    let arrival = sign_in(&app, "ada", &Plain::new(PASSWORD.into()), &visit(1)).await.unwrap();
    let theirs = typed("ada", "Bob@example.com", "");
    assert_eq!(change(&app, &arrival.user, Some(&arrival.session), &theirs).await.unwrap(), Outcome::Saved);
    assert!(!app.user(arrival.user.id).await.unwrap().unwrap().email_verified);
    assert_eq!(app.user_named("bob@example.com").await.unwrap().unwrap().id, bob.id);
}
