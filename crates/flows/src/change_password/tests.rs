use postern_domain::TokenHash;

use super::*;
use crate::sessions as flow;
use crate::testing::sign_in;
use crate::testing::{self, PASSWORD, visit};

const NEW: &str = "a quite different sentence";

#[tokio::test]
async fn a_new_password_signs_out_everywhere_else() {
    let app = testing::app().await;
    testing::user(&app, "ada").await;
    let current = Plain::new(PASSWORD.into());
    let mut arrivals = Vec::new();
    for i in 0..3 {
        let arrival = sign_in(&app, "ada", &current, &visit(1)).await.unwrap();
        flow::begin(&app, TokenHash([i; 32]), None, arrival.proven(), String::new()).await.unwrap();
        assert!(flow::find(&app, TokenHash([i; 32])).await.unwrap().is_some());
        arrivals.push(arrival);
    }
    let (user, session) = (&arrivals[0].user, &arrivals[0].session);
    let (renewed, ended) = change_password(&app, user, session, &current, NEW).await.unwrap();
    assert_eq!((renewed.session.id, ended), (session.id, 2));
    assert!(flow::find(&app, TokenHash([0; 32])).await.unwrap().is_some());
    assert!(flow::find(&app, TokenHash([1; 32])).await.unwrap().is_none());
    assert!(flow::find(&app, TokenHash([2; 32])).await.unwrap().is_none());
    assert_eq!(sign_in(&app, "ada", &current, &visit(1)).await.unwrap_err(), Denied::Wrong);
    assert!(sign_in(&app, "ada", &Plain::new(NEW.into()), &visit(1)).await.is_ok());
}

#[tokio::test]
async fn what_is_wrong_with_either_password_is_said() {
    let app = testing::app().await;
    let ada = testing::user(&app, "ada").await;
    let session = sign_in(&app, "ada", &Plain::new(PASSWORD.into()), &visit(1)).await.unwrap().session;
    let change = async |current: &str, new: &str| {
        change_password(&app, &ada, &session, &Plain::new(current.into()), new).await.unwrap_err()
    };
    assert_eq!(change("wrong password", NEW).await, NoChange::Current(Denied::Wrong));
    for new in ["short", "password", "ada@example.com", PASSWORD, &"x".repeat(129)] {
        assert!(matches!(change(PASSWORD, new).await, NoChange::New(_)), "{new}");
    }
    for _ in 0..9 {
        assert_eq!(change("wrong password", NEW).await, NoChange::Current(Denied::Wrong));
    }
    assert!(matches!(change(PASSWORD, NEW).await, NoChange::Current(Denied::TooMany { .. })));
}
