use postern_domain::{ErrorCode, Plain};

use super::*;
use crate::sessions::{begin, end_browser, end_here, find};
use crate::testing::sign_in;
use crate::testing::{self, PASSWORD, TestApp, visit};

const fn cookie(number: u8) -> TokenHash {
    TokenHash([number; 32])
}

/// Ada signed in by the first cookie, and then Bob by the second.
async fn two() -> (TestApp, Session, Session) {
    let app = testing::app().await;
    let ada = arrive(&app, "ada", 1, None).await;
    let bob = arrive(&app, "bob", 2, Some(1)).await;
    (app, ada, bob)
}

async fn arrive(app: &TestApp, who: &str, number: u8, before: Option<u8>) -> Session {
    testing::user(app, who).await;
    let arrival = sign_in(app, who, &Plain::new(PASSWORD.into()), &visit(1)).await.unwrap();
    begin(app, cookie(number), before.map(cookie), arrival.proven(), "{}".into()).await.unwrap();
    by(app, number).await.unwrap()
}

async fn by(app: &TestApp, number: u8) -> Option<Session> {
    find(app, cookie(number)).await.unwrap().map(|kept| Session::clone(&kept.session))
}

async fn others(app: &TestApp, here: &Session) -> Vec<SessionId> {
    beside(app, here).await.unwrap().into_iter().map(|(session, _)| session.id).collect()
}

async fn go(app: &TestApp, before: u8, after: u8, to: &Session, ends: bool) -> Result<(), Refusal> {
    switch(app, cookie(after), cookie(before), Switch { to: to.id, ends }).await
}

#[tokio::test]
async fn whoever_signs_in_lets_the_one_before_rest() {
    let (app, ada, bob) = two().await;
    assert_eq!(by(&app, 1).await, None, "the old cookie still works");
    assert_eq!(others(&app, &bob).await, vec![ada.id]);
    assert_eq!(others(&app, &ada).await, vec![], "she was alone when she signed in");
    go(&app, 2, 3, &ada, false).await.unwrap();
    let ada = by(&app, 3).await.unwrap();
    assert_eq!((by(&app, 2).await, others(&app, &ada).await), (None, vec![bob.id]));
    let eve = arrive(&app, "eve", 4, Some(3)).await;
    assert_eq!(others(&app, &eve).await.len(), 2);
}

#[tokio::test]
async fn a_cookie_switches_once_and_only_within_its_browser() {
    let (app, ada, bob) = two().await;
    let eve = arrive(&app, "eve", 9, None).await;
    for (before, to) in [(2, &eve), (9, &ada), (9, &bob), (1, &ada)] {
        let refused = go(&app, before, 50, to, false).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::Conflict);
        assert_eq!(by(&app, 50).await, None);
    }
    assert_eq!(by(&app, 2).await.unwrap().id, bob.id, "a switch that fails changes nothing");
    go(&app, 2, 3, &ada, false).await.unwrap();
    assert_eq!(go(&app, 2, 4, &bob, false).await.unwrap_err().code, ErrorCode::Conflict);
}

#[tokio::test]
async fn a_session_that_is_over_does_not_come_back() {
    let (app, ada, _) = two().await;
    app.advance(app.config.lifetimes.session_idle);
    let bob = arrive(&app, "carol", 3, Some(2)).await;
    assert_eq!(others(&app, &bob).await, vec![]);
    assert_eq!(go(&app, 3, 4, &ada, false).await.unwrap_err().code, ErrorCode::Conflict);
    assert!(by(&app, 3).await.is_some());
}

#[tokio::test]
async fn one_account_or_all_of_a_browser_are_signed_out() {
    let (app, ada, bob) = two().await;
    let eve = arrive(&app, "eve", 3, Some(2)).await;
    let apart = arrive(&app, "carol", 9, None).await;
    go(&app, 3, 4, &bob, true).await.unwrap();
    let here = by(&app, 4).await.unwrap();
    assert_eq!((here.id, others(&app, &here).await), (bob.id, vec![ada.id]));
    assert_eq!(go(&app, 4, 5, &eve, false).await.unwrap_err().code, ErrorCode::Conflict);
    end_here(&app, &ada).await.unwrap();
    assert!(others(&app, &here).await.is_empty() && by(&app, 4).await.is_some());
    end_browser(&app, &here).await.unwrap();
    assert_eq!(by(&app, 4).await, None);
    assert_eq!(by(&app, 9).await.unwrap().id, apart.id);
    end_browser(&app, &apart).await.unwrap();
    assert_eq!(by(&app, 9).await, None);
}
