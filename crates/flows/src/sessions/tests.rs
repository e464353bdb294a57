use postern_domain::audit::By;
use postern_domain::{ErrorCode, Plain, User};

use super::*;
use crate::change_password::change_password;
use crate::testing::sign_in;
use crate::testing::{self, PASSWORD, TestApp, visit};

const HASH: TokenHash = TokenHash([1; 32]);

async fn signed_in(app: &TestApp, hash: TokenHash) -> Session {
    let arrival = sign_in(app, "ada", &Plain::new(PASSWORD.into()), &visit(1)).await.unwrap();
    begin(app, hash, None, arrival.proven(), "{}".into()).await.unwrap();
    arrival.session
}

fn proven(session: &Session, user: &User) -> Proven {
    let session = session.clone();
    Proven { session, password_changed_at: user.password_changed_at, is_new_device: false }
}

#[tokio::test]
async fn a_session_ends_unused_and_in_any_case() {
    let app = testing::app().await;
    testing::user(&app, "ada").await;
    let session = signed_in(&app, HASH).await;
    for _ in 0..6 {
        app.advance(Lifetime::days(13));
        let kept = find(&app, HASH).await.unwrap().expect("it is in use");
        touch(&app, HASH, &kept.session, visit(2).address);
        settle(&app, app.clock.now()).await;
    }
    assert_eq!(find(&app, HASH).await.unwrap().unwrap().session.address, "203.0.113.2");
    app.advance(Lifetime::days(12));
    assert!(app.clock.now() >= session.expires_at);
    assert!(find(&app, HASH).await.unwrap().is_none());

    signed_in(&app, TokenHash([2; 32])).await;
    app.advance(Lifetime::days(14));
    assert!(find(&app, TokenHash([2; 32])).await.unwrap().is_none());
}

/// Waits until a touch is written.
async fn settle(app: &App, seen: Timestamp) {
    for _ in 0..500 {
        let (session, _) = sessions::find(&app.db, HASH).await.unwrap().unwrap();
        if session.last_seen_at == seen {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
    panic!("the touch was not written");
}

#[tokio::test]
async fn a_known_session_costs_no_query_and_dies_at_once() {
    let app = testing::app().await;
    testing::user(&app, "ada").await;
    let session = signed_in(&app, HASH).await;
    let first = find(&app, HASH).await.unwrap().unwrap();
    let again = find(&app, HASH).await.unwrap().unwrap();
    assert!(Arc::ptr_eq(&first, &again));
    assert!(!end_there(&app, By::Operator, app.new_id(), session.id).await.unwrap());
    assert!(end_there(&app, By::user(session.user_id), session.user_id, session.id).await.unwrap());
    assert!(find(&app, HASH).await.unwrap().is_none());
    assert!(!save(&app, HASH, session.id, "{}".into()).await.unwrap());
    assert!(find(&app, HASH).await.unwrap().is_none());
}

#[tokio::test]
async fn what_pages_remember_is_read_anew() {
    let app = testing::app().await;
    testing::user(&app, "ada").await;
    let session = signed_in(&app, HASH).await;
    assert_eq!(find(&app, HASH).await.unwrap().unwrap().data, "{}");
    assert!(save(&app, HASH, session.id, "{\"a\":1}".into()).await.unwrap());
    assert_eq!(find(&app, HASH).await.unwrap().unwrap().data, "{\"a\":1}");
    end_here(&app, &session).await.unwrap();
    assert!(find(&app, HASH).await.unwrap().is_none());
}

#[tokio::test]
async fn a_new_proof_continues_the_session_of_the_same_person_only() {
    let app = testing::app().await;
    testing::user(&app, "ada").await;
    testing::user(&app, "bob").await;
    let old = signed_in(&app, HASH).await;
    app.advance(Lifetime::days(1));
    let again = sign_in(&app, "ada", &Plain::new(PASSWORD.into()), &visit(1)).await.unwrap();
    let again = again.continuing(Some(&old)).session;
    assert_eq!((again.id, again.created_at), (old.id, old.created_at));
    assert_eq!(again.auth_time, app.clock.now());
    let bob = sign_in(&app, "bob", &Plain::new(PASSWORD.into()), &visit(1)).await.unwrap();
    assert_ne!(bob.continuing(Some(&old)).session.id, old.id);
}

#[tokio::test]
async fn two_proofs_at_once_leave_one_session() {
    let app = testing::app().await;
    let ada = testing::user(&app, "ada").await;
    let session = signed_in(&app, HASH).await;
    for i in 2..4 {
        begin(&app, TokenHash([i; 32]), None, proven(&session, &ada), "{}".into()).await.unwrap();
    }
    assert!(find(&app, HASH).await.unwrap().is_none());
    assert!(find(&app, TokenHash([2; 32])).await.unwrap().is_none());
    assert!(find(&app, TokenHash([3; 32])).await.unwrap().is_some());
    assert_eq!(count(&app, ada.id).await.unwrap(), 1);
}

#[tokio::test]
async fn who_signs_in_while_the_password_changes_is_not_signed_in_after() {
    let app = testing::app().await;
    let ada = testing::user(&app, "ada").await;
    let (current, new) = (Plain::new(PASSWORD.into()), "a quite different sentence");
    let late = sign_in(&app, "ada", &current, &visit(2)).await.unwrap();
    let here = signed_in(&app, HASH).await;
    let (renewed, _) = change_password(&app, &ada, &here, &current, new).await.unwrap();
    let refused = begin(&app, TokenHash([2; 32]), None, late.proven(), "{}".into()).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Conflict);
    assert!(find(&app, TokenHash([2; 32])).await.unwrap().is_none());
    begin(&app, TokenHash([3; 32]), None, renewed, "{}".into()).await.unwrap();
    let again = sign_in(&app, "ada", &Plain::new(new.into()), &visit(2)).await.unwrap();
    begin(&app, TokenHash([4; 32]), None, again.proven(), "{}".into()).await.unwrap();
}

#[tokio::test]
async fn lists_have_pages_and_refuse_forged_cursors() {
    let app = testing::app().await;
    let ada = testing::user(&app, "ada").await;
    let template = signed_in(&app, HASH).await;
    for i in 2..=101 {
        let session = Session { id: app.new_id(), ..template.clone() };
        begin(&app, TokenHash([i; 32]), None, proven(&session, &ada), String::new()).await.unwrap();
    }
    assert_eq!(count(&app, ada.id).await.unwrap(), 101);
    let behind = |cursor| Paging { limit: 50, cursor };
    let first = list(&app, ada.id, &behind(None)).await.unwrap();
    let second = list(&app, ada.id, &behind(first.next)).await.unwrap();
    let third = list(&app, ada.id, &behind(second.next)).await.unwrap();
    assert_eq!([first.items.len(), second.items.len(), third.items.len()], [50, 50, 1]);
    assert_eq!(third.next, None);
    for cursor in ["", ".", "1", "1.2", "x.y", "1.00000000-0000-0000-0000-00000000000g"] {
        let paging = behind(Some(cursor.to_owned()));
        assert!(list(&app, ada.id, &paging).await.is_err(), "{cursor}");
    }
    assert_eq!(end_others(&app, By::user(ada.id), ada.id, Some(template.id)).await.unwrap(), 100);
}

#[tokio::test]
async fn words_about_a_browser_are_cut_between_letters() {
    let app = testing::app().await;
    testing::user(&app, "ada").await;
    let long = Visit { user_agent: "ü".repeat(1_000), ..visit(1) };
    let arrival = sign_in(&app, "ada", &Plain::new(PASSWORD.into()), &long).await.unwrap();
    assert_eq!(arrival.session.user_agent, "ü".repeat(200));
}

#[tokio::test]
async fn the_owner_is_told_of_a_browser_that_is_new() {
    let app = testing::app().await;
    let standing = crate::users::Standing { email_verified: true, ..Default::default() };
    crate::users::create(&app, &testing::new_user("ada"), standing).await.unwrap();
    testing::user(&app, "unverified").await;
    let told = async || postern_storage::mails::due(&app.db, app.clock.now(), 50).await.unwrap().len();
    let arrive = async |who: &str, cookie: u8, device: Option<String>, before: Option<&Session>| {
        let from = Visit { device, ..visit(1) };
        let arrival =
            sign_in(&app, who, &Plain::new(PASSWORD.into()), &from).await.unwrap().continuing(before);
        begin(&app, TokenHash([cookie; 32]), None, arrival.proven(), String::new()).await.unwrap();
        arrival
    };
    let first = arrive("ada", 1, None, None).await;
    assert_eq!(told().await, 1);
    arrive("ada", 2, Some(first.device.clone()), None).await;
    assert_eq!(told().await, 1, "it is known by its cookie");
    arrive("ada", 3, None, Some(&first.session)).await;
    assert_eq!(told().await, 1, "the session goes on");
    arrive("ada", 4, None, None).await;
    assert_eq!(told().await, 2);
    arrive("unverified", 5, None, None).await;
    assert_eq!(told().await, 2, "who knows whose address that is");
}
