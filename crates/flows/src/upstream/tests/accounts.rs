use postern_domain::{AuthMethodReference, Lifetime, Plain, UserState};
use postern_storage::{mails, passwords, users};

use super::*;
use crate::{change_password, guess};

#[tokio::test]
async fn a_stranger_gets_an_account_of_what_the_provider_tells() {
    let world = World::new().await;
    let away = world.away().await;
    let arrival = arrived(world.said(&away, &world.claims(&away)).await);
    let user = &arrival.user;
    assert_eq!((user.username.as_str(), user.name.as_str()), ("ada", "Ada Lovelace"));
    assert_eq!(user.email.as_str(), "ada@elsewhere.example");
    assert!(
        !user.email_verified,
        "the provider's word about an address is not trusted unless somebody says so"
    );
    assert_eq!(passwords::find(&world.app.db, user.id).await.unwrap(), None);
    world.keep(&arrival).await;
    // The same somebody again is the same person, whatever they are called by then.
    let away = world.away().await;
    let mut claims = world.claims(&away);
    claims["preferred_username"] = "eve".into();
    claims["email"] = "eve@elsewhere.example".into();
    let again = arrived(world.said(&away, &claims).await);
    assert_eq!(again.user.id, user.id);
    assert_eq!(again.user.username.as_str(), "ada");
    assert_eq!(again.session.amr, [] as [AuthMethodReference; 0]);
}

#[tokio::test]
async fn an_address_is_verified_only_where_both_say_so() {
    for (trust, said, verified) in [
        (true, Some(true), true),
        (true, Some(false), false),
        (true, None, false),
        (false, Some(true), false),
    ] {
        let world = World::with(|provider| provider.trust_email = trust).await;
        let away = world.away().await;
        let mut claims = world.claims(&away);
        claims["email_verified"] = said.into();
        if said.is_none() {
            claims.as_object_mut().unwrap().remove("email_verified");
        }
        let user = arrived(world.said(&away, &claims).await).user;
        assert_eq!(user.email_verified, verified, "{trust} {said:?}");
        let written = mails::due(&world.app.db, world.app.clock.now(), 10).await.unwrap().len();
        assert_eq!(written, usize::from(!verified), "a link that proves it is sent where it is not");
    }
}

#[tokio::test]
async fn who_proves_an_address_is_not_kept_out_by_who_only_says_it() {
    let world = World::with(|provider| provider.trust_email = true).await;
    let (said, _) = world.person("ada").await;
    let away = world.away().await;
    let mut claims = world.claims(&away);
    claims["email"] = said.email.to_string().into();
    let proved = arrived(world.said(&away, &claims).await).user;
    assert!(proved.email_verified && proved.id != said.id);
    let named = crate::users::find_named(&world.app, said.email.as_str()).await.unwrap();
    assert_eq!(named.id, proved.id);
}

#[tokio::test]
async fn nobody_gets_into_an_account_by_its_address() {
    for trust in [false, true] {
        let world = World::with(|provider| provider.trust_email = trust).await;
        let ada = testing::verified_user(&world.app, "ada").await;
        for email in ["ada@example.com", "ADA@EXAMPLE.COM", " ada@example.com "] {
            let away = world.away().await;
            let mut claims = world.claims(&away);
            claims["email"] = email.into();
            let done = world.said(&away, &claims).await;
            assert_eq!(done.unwrap_err(), Trouble::EmailTaken, "{email:?}");
        }
        assert!(connections(&world.app, &ada).await.unwrap().is_empty());
        assert_eq!(users::count(&world.app.db).await.unwrap(), 1);
        // Nor by its name.
        let away = world.away().await;
        let stranger = arrived(world.said(&away, &world.claims(&away)).await).user;
        assert_ne!(stranger.id, ada.id);
        assert_eq!(stranger.username.as_str(), "ada2");
    }
}

#[tokio::test]
async fn what_cannot_be_an_account_makes_none() {
    let world = World::new().await;
    for email in
        [json!(null), json!("nonsense"), json!("ada@localhost"), json!("a@b.example\r\nBcc: x@y.example")]
    {
        let away = world.away().await;
        let mut claims = world.claims(&away);
        claims["email"] = email.clone();
        assert_eq!(world.said(&away, &claims).await.unwrap_err(), Trouble::NoEmail, "{email}");
    }
    for (username, name, expected) in [
        ("Ada Lovelace", "\u{202e}evil", "Ada-Lovelace"),
        ("李雷", "李雷", "some-where"),
        ("<script>alert(1)</script>", &"n".repeat(500), "script-alert-1-script"),
    ] {
        let away = world.away().await;
        let mut claims = world.claims(&away);
        claims["sub"] = username.len().to_string().into();
        claims["preferred_username"] = username.into();
        claims["name"] = name.into();
        claims["email"] = format!("some-where@{}.example", username.len()).into();
        let user = arrived(world.said(&away, &claims).await).user;
        assert_eq!(user.username.as_str(), expected);
        let kept = if username == "李雷" { "李雷" } else { expected };
        assert_eq!(user.name.as_str(), kept, "what no name can be is left out");
    }
}

#[tokio::test]
async fn what_the_id_token_leaves_out_is_asked_for() {
    let world = World::new().await;
    let bare = |away: &Away, subject: &str| {
        let mut claims = world.claims(away);
        let object = claims.as_object_mut().unwrap();
        for name in ["email", "email_verified", "preferred_username", "name"] {
            object.remove(name);
        }
        claims["sub"] = subject.into();
        claims
    };
    let away = world.away().await;
    world.stub.says(
        "/userinfo",
        200,
        &json!({ "sub": "one", "email": "one@elsewhere.example", "preferred_username": "one" }),
    );
    let user = arrived(world.said(&away, &bare(&away, "one")).await).user;
    assert_eq!((user.username.as_str(), user.email.as_str()), ("one", "one@elsewhere.example"));
    let request = world.stub.asked("/userinfo").pop().unwrap();
    assert!(request.to_lowercase().contains("authorization: bearer an-access-token"), "{request}");
    // What userinfo says of somebody else, or not at all, is not taken.
    for (status, sub) in [(200, "two"), (200, ""), (401, "three"), (500, "three")] {
        world.stub.says("/userinfo", status, &json!({ "sub": sub, "email": "two@elsewhere.example" }));
        let away = world.away().await;
        assert_eq!(world.said(&away, &bare(&away, "three")).await.unwrap_err(), Trouble::NoEmail);
    }
}

#[tokio::test]
async fn a_provider_that_makes_no_accounts_lets_in_who_is_known() {
    let world = World::with(|provider| provider.sign_up = false).await;
    let away = world.away().await;
    assert_eq!(world.said(&away, &world.claims(&away)).await.unwrap_err(), Trouble::Unknown);
    assert_eq!(users::count(&world.app.db).await.unwrap(), 0);
    let (ada, session) = world.person("ada").await;
    let connect = Purpose::Connect { user: ada.id, session: session.id };
    world.as_somebody(connect, Some((&ada, &session)), "subject-1").await.unwrap();
    let away = world.away().await;
    assert_eq!(arrived(world.said(&away, &world.claims(&away)).await).user.id, ada.id);
}

#[tokio::test]
async fn a_disabled_provider_lets_nobody_in() {
    let world = World::with(|provider| provider.enabled = false).await;
    assert_eq!(world.begin(sign_in()).await.err(), Some(Trouble::Disabled));
    // Nor does one that was disabled while somebody was there.
    let state = ceremony::State::new(&world.app);
    let browser = Plain::new("b".repeat(43));
    ceremony::keep(&world.app, &state, world.provider(), &browser, sign_in()).await.unwrap();
    let answer = Params::default().with("state", state.reveal()).with("code", "c");
    let away = Away { asked: BTreeMap::new(), browser: browser.reveal().to_owned() };
    assert_eq!(world.back(&away, &answer, None).await.unwrap_err(), Trouble::Disabled);
    assert!(world.stub.asked("/token").is_empty());
}

#[tokio::test]
async fn a_closed_account_stays_closed() {
    let world = World::new().await;
    let away = world.away().await;
    let user = arrived(world.said(&away, &world.claims(&away)).await).user;
    let now = world.app.clock.now();
    world
        .app
        .db
        .write(user.id, move |tx, id| {
            Box::pin(async move {
                Ok::<_, postern_domain::Refusal>(users::set_state(tx, *id, UserState::Disabled, now).await?)
            })
        })
        .await
        .unwrap();
    let away = world.away().await;
    assert_eq!(world.said(&away, &world.claims(&away)).await.unwrap_err(), Trouble::Closed);
}

#[tokio::test]
async fn who_signed_in_there_long_ago_did_so_here() {
    let world = World::new().await;
    let now = world.app.clock.now();
    for (said, proved) in [(Some(now.0 - 7_200), now.0 - 7_200), (Some(now.0 + 99_999), now.0), (None, now.0)]
    {
        let away = world.away().await;
        let mut claims = world.claims(&away);
        if let Some(at) = said {
            claims["auth_time"] = at.into();
        }
        let arrival = arrived(world.said(&away, &claims).await);
        assert_eq!(arrival.session.auth_time.0, proved);
        assert_eq!(arrival.is_of_now(), proved == now.0);
    }
}

#[tokio::test]
async fn whoever_has_to_prove_it_again_is_asked_again() {
    let world = World::new().await;
    let away = world.away().await;
    let arrival = arrived(world.said(&away, &world.claims(&away)).await);
    world.keep(&arrival).await;
    let (user, session) = (&arrival.user, &arrival.session);
    world.app.advance(Lifetime::seconds(3_600));
    let confirm = || Purpose::Confirm { user: user.id, return_to: "/settings/tokens/new".to_owned() };
    let away = world.begin(confirm()).await.unwrap();
    assert_eq!((away.asked["prompt"].as_str(), away.asked["max_age"].as_str()), ("login", "0"));
    let now = world.app.clock.now().0;
    for (at, right) in [(Some(now - 3_600), false), (None, false), (Some(now), true)] {
        let away = world.begin(confirm()).await.unwrap();
        let mut claims = world.claims(&away);
        if let Some(at) = at {
            claims["auth_time"] = at.into();
        }
        world.stub.tokens_with(&claims);
        let done = world.back(&away, &away.answer(), Some((user, session))).await;
        match right {
            true => assert_eq!(arrived(done).session.auth_time.0, now),
            false => assert_eq!(done.unwrap_err(), Trouble::NotAgain),
        }
    }
    // Somebody else, known or not, proves nothing.
    world.as_somebody(sign_in(), None, "other").await.unwrap();
    for subject in ["other", "unknown"] {
        let done = world.as_somebody(confirm(), Some((user, session)), subject).await;
        assert_eq!(done.unwrap_err(), Trouble::SomebodyElse);
    }
}

#[tokio::test]
async fn an_account_without_a_password_can_get_one() {
    let world = World::new().await;
    let away = world.away().await;
    let arrival = arrived(world.said(&away, &world.claims(&away)).await);
    world.keep(&arrival).await;
    let (user, session) = (&arrival.user, &arrival.session);
    let password = Plain::new(PASSWORD.to_owned());
    let none = testing::sign_in(&world.app, "ada", &password, &visit(1)).await;
    assert!(matches!(none, Err(guess::Denied::Wrong)), "{none:?}");
    let set = async |app: &App| change_password::set_first_password(app, user, session, PASSWORD).await;
    world.app.advance(Lifetime::seconds(3_600));
    assert_eq!(set(&world.app).await, Err(change_password::NoChange::NeedsProof));
    let away = world.begin(Purpose::Confirm { user: user.id, return_to: "/".to_owned() }).await.unwrap();
    let mut claims = world.claims(&away);
    claims["auth_time"] = world.app.clock.now().0.into();
    let fresh = arrived(world.said(&away, &claims).await);
    let set = async || change_password::set_first_password(&world.app, user, &fresh.session, PASSWORD).await;
    set().await.unwrap();
    testing::sign_in(&world.app, "ada", &password, &visit(1)).await.unwrap();
    assert!(set().await.is_err(), "the second one needs the first");
}

#[tokio::test]
async fn accounts_are_not_made_without_end() {
    let world = World::new().await;
    let limit = world.app.config.rate_limits.registration;
    for number in 0..limit {
        world.as_somebody(sign_in(), None, &format!("somebody-{number}")).await.unwrap();
    }
    let done = world.as_somebody(sign_in(), None, "one-too-many").await;
    assert_eq!(done.unwrap_err(), Trouble::TooMany);
    world.as_somebody(sign_in(), None, "somebody-0").await.unwrap();
}
