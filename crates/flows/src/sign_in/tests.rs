use std::sync::Arc;

use postern_domain::UserState;
use postern_storage::passwords;

use super::*;
use crate::testing::{self, PASSWORD, TestApp, visit};

async fn try_password(app: &App, identifier: &str, password: &str, from: &Visit) -> Result<Arrival, Denied> {
    testing::sign_in(app, identifier, &Plain::new(password.to_owned()), from).await
}

fn exhausted(outcome: &Result<Arrival, Denied>) -> bool {
    matches!(outcome, Err(Denied::TooMany { .. }))
}

async fn use_up(app: &TestApp, identifier: &str, from: &Visit) {
    for _ in 0..10 {
        assert_eq!(try_password(app, identifier, "wrong password", from).await.unwrap_err(), Denied::Wrong);
    }
}

#[tokio::test]
async fn every_name_of_an_account_signs_in() {
    let app = testing::app().await;
    let ada = testing::user(&app, "ada").await;
    for identifier in ["ada", "ADA", " ada ", "ada@example.com", "Ada@Example.COM"] {
        let arrival = try_password(&app, identifier, PASSWORD, &visit(1)).await.unwrap();
        assert_eq!(arrival.user, ada);
        assert_eq!((arrival.session.user_id, arrival.session.auth_time), (ada.id, app.clock.now()));
        assert_eq!(arrival.session.address, "203.0.113.1");
    }
}

#[tokio::test]
async fn whatever_is_wrong_the_answer_is_the_same() {
    let app = testing::app().await;
    let closed = testing::user(&app, "closed").await;
    testing::user(&app, "ada").await;
    let without = crate::users::NewUser { password: None, ..testing::new_user("without") };
    crate::users::create(&app, &without, crate::users::Standing::default()).await.unwrap();
    let now = app.clock.now();
    app.db
        .write((closed.id, now), |tx, (id, now)| {
            Box::pin(users::set_state(tx, *id, UserState::Disabled, *now))
        })
        .await
        .unwrap();
    let long = "x".repeat(129);
    let huge = "x".repeat(1_000_000);
    for (identifier, password) in [
        ("ada", "wrong password"),
        ("nobody", PASSWORD),
        ("nobody@example.com", PASSWORD),
        ("closed", PASSWORD),
        ("without", PASSWORD),
        ("without", ""),
        ("ada", ""),
        ("", ""),
        ("ada", &long),
        ("ada", &huge),
        (&huge, PASSWORD),
        ("ada' OR '1'='1", PASSWORD),
    ] {
        let outcome = try_password(&app, identifier, password, &visit(1)).await;
        assert_eq!(outcome.unwrap_err(), Denied::Wrong);
    }
}

#[tokio::test]
async fn a_long_password_is_refused_without_a_computation() {
    let app = testing::app().await;
    let huge = Plain::new("x".repeat(1_000_000));
    let begin = std::time::Instant::now();
    for _ in 0..100 {
        assert_eq!(sign_in(&app, "ada", &huge, &visit(1)).await.unwrap_err(), Denied::Wrong);
    }
    assert!(begin.elapsed().as_millis() < 500, "{:?}", begin.elapsed());
    // And it used up nobody's budget.
    assert_eq!(try_password(&app, "ada", "wrong", &visit(1)).await.unwrap_err(), Denied::Wrong);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_fifty_guesses_at_once_ten_are_looked_at() {
    let app = Arc::new(testing::app().await);
    testing::user(&app, "ada").await;
    // The right one among them is looked at or not, but never counted.
    let guesses = (0..50).map(|i| {
        let app = Arc::clone(&app);
        tokio::spawn(async move {
            let identifier = ["ada", "ADA", "ada@example.com", " Ada"][i % 4];
            let from = visit(u8::try_from(i).unwrap());
            try_password(&app, identifier, "wrong password", &from).await
        })
    });
    let mut looked_at = 0;
    for guess in guesses.collect::<Vec<_>>() {
        looked_at += usize::from(!exhausted(&guess.await.unwrap()));
    }
    assert_eq!(looked_at, 10);
    assert!(exhausted(&try_password(&app, "ada", PASSWORD, &visit(99)).await));
    app.advance(Lifetime::seconds(60));
    assert!(try_password(&app, "ada", PASSWORD, &visit(99)).await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn success_never_counts() {
    let app = Arc::new(testing::app().await);
    testing::user(&app, "ada").await;
    let sign_ins = (0..40).map(|_| {
        let app = Arc::clone(&app);
        tokio::spawn(async move { try_password(&app, "ada", PASSWORD, &visit(1)).await })
    });
    for sign_in in sign_ins.collect::<Vec<_>>() {
        assert!(sign_in.await.unwrap().is_ok());
    }
    use_up(&app, "ada", &visit(1)).await;
    assert!(exhausted(&try_password(&app, "ada", PASSWORD, &visit(1)).await));
}

#[tokio::test]
async fn an_address_tries_thirty_names_and_no_more() {
    let app = testing::app().await;
    testing::user(&app, "ada").await;
    let network = |host: u16| Visit {
        address: std::net::Ipv6Addr::new(0x2001, 0xdb8, 0, 1, 0, 0, 0, host).into(),
        ..visit(1)
    };
    let mut looked_at = 0;
    for i in 0..40 {
        let outcome = try_password(&app, &format!("name{i}"), PASSWORD, &network(i)).await;
        looked_at += i32::from(!exhausted(&outcome));
    }
    assert_eq!(looked_at, 30);
    let Err(Denied::TooMany { retry_after }) = try_password(&app, "ada", PASSWORD, &network(99)).await else {
        panic!("a 31st try from the same network");
    };
    assert!((1..=60).contains(&retry_after));
    let elsewhere = Visit { address: "2001:db8:0:2::1".parse().unwrap(), ..visit(1) };
    assert!(try_password(&app, "ada", PASSWORD, &elsewhere).await.is_ok());
}

#[tokio::test]
async fn strangers_do_not_lock_out_the_owner_on_a_known_device() {
    let app = testing::app().await;
    testing::user(&app, "ada").await;
    testing::user(&app, "eve").await;
    let device = try_password(&app, "ada", PASSWORD, &visit(1)).await.unwrap().device;
    let eves = try_password(&app, "eve", PASSWORD, &visit(66)).await.unwrap().device;
    use_up(&app, "ada", &visit(66)).await;
    // Eve's device is known, but not for Ada's account.
    let as_eve = Visit { device: Some(eves), ..visit(67) };
    assert!(exhausted(&try_password(&app, "ada", PASSWORD, &as_eve).await));
    let at_home = Visit { device: Some(device), ..visit(66) };
    assert!(try_password(&app, "ada", PASSWORD, &at_home).await.is_ok());
    // A known device has a budget too.
    use_up(&app, "ada@example.com", &at_home).await;
    assert!(exhausted(&try_password(&app, "ada", PASSWORD, &at_home).await));
}

#[tokio::test]
async fn unknown_names_have_a_budget_like_known_ones() {
    let app = testing::app().await;
    use_up(&app, "nobody", &visit(1)).await;
    assert!(exhausted(&try_password(&app, " NOBODY", PASSWORD, &visit(2)).await));
}

#[tokio::test]
async fn a_proof_is_fresh_for_a_quarter_of_an_hour() {
    let app = testing::app().await;
    let ada = testing::user(&app, "ada").await;
    let session = try_password(&app, "ada", PASSWORD, &visit(1)).await.unwrap().session;
    assert!(crate::sessions::is_fresh(&app, &session));
    app.advance(Lifetime::seconds(15 * 60));
    assert!(!crate::sessions::is_fresh(&app, &session));
    let prove =
        async |password: &str| reauthenticate(&app, &ada, &session, &Plain::new(password.into()), None).await;
    assert_eq!(prove("wrong password").await.unwrap_err(), NoProof::Password(Denied::Wrong));
    let proved = prove(PASSWORD).await.unwrap().session;
    assert!(crate::sessions::is_fresh(&app, &proved));
    assert_eq!((proved.id, proved.created_at), (session.id, session.created_at));
    for _ in 0..9 {
        assert_eq!(prove("wrong password").await.unwrap_err(), NoProof::Password(Denied::Wrong));
    }
    assert!(matches!(prove(PASSWORD).await, Err(NoProof::Password(Denied::TooMany { .. }))));
}

#[tokio::test]
async fn an_old_hash_is_made_anew() {
    let app = testing::app().await;
    let ada = testing::user(&app, "ada").await;
    // The same password, hashed with one pass instead of two.
    let weak = argon2::Params::new(8, 1, 1, None).unwrap();
    let weak = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, weak);
    let weak = password_hash::PasswordHasher::hash_password_with_salt(&weak, PASSWORD.as_bytes(), &[1; 16]);
    let weak: password_hash::phc::PasswordHash = weak.unwrap();
    let now = app.clock.now();
    app.db
        .write((ada.id, weak.to_string(), now), |tx, (id, hash, now)| {
            Box::pin(passwords::set(tx, *id, hash, None, *now))
        })
        .await
        .map(|since| assert!(since.is_some()))
        .unwrap();
    assert!(try_password(&app, "ada", PASSWORD, &visit(1)).await.is_ok());
    let hash = passwords::find(&app.db, ada.id).await.unwrap().unwrap();
    assert!(!crate::password::is_outdated(&hash), "{hash}");
    assert!(try_password(&app, "ada", PASSWORD, &visit(1)).await.is_ok());
}
