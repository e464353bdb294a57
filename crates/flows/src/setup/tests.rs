use std::sync::Arc;

use super::*;
use crate::testing::{self, TestApp, new_user, visit};

async fn token(app: &TestApp) -> String {
    let link = link(app).await.unwrap().unwrap();
    let (page, token) = link.split_once("?token=").unwrap();
    assert_eq!(page, "http://localhost:8080/setup");
    token.to_owned()
}

#[tokio::test]
async fn the_first_account_has_every_right() {
    let app = testing::app().await;
    let token = token(&app).await;
    assert!(check_open(&app, &token).await.is_ok());
    let arrival = set_up(&app, &token, &new_user("ada"), &visit(1)).await.unwrap();
    assert_eq!(arrival.user.rights, InstanceRight::ALL.into());
    assert!(arrival.user.email_verified);
    assert!(check_open(&app, &token).await.is_err());
    assert!(set_up(&app, &token, &new_user("bob"), &visit(1)).await.is_err());
    assert_eq!(link(&app).await.unwrap(), None);
}

#[tokio::test]
async fn a_wrong_form_leaves_the_link_open() {
    let app = testing::app().await;
    let token = token(&app).await;
    let wrong = NewUser { email: "ada".into(), ..new_user("ada") };
    assert!(matches!(set_up(&app, &token, &wrong, &visit(1)).await, Err(FormRefusal::Fields(_))));
    assert!(set_up(&app, "AAAA", &new_user("ada"), &visit(1)).await.is_err());
    assert!(set_up(&app, &token, &new_user("ada"), &visit(1)).await.is_ok());
}

#[tokio::test]
async fn a_link_ends_with_its_time_and_with_the_first_account() {
    let app = testing::app().await;
    let old = token(&app).await;
    app.advance(LIFETIME);
    assert!(check_open(&app, &old).await.is_err());
    let new = token(&app).await;
    testing::user(&app, "ada").await;
    assert!(check_open(&app, &new).await.is_err());
    assert!(set_up(&app, &new, &new_user("bob"), &visit(1)).await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_racers_with_several_links_one_gets_through() {
    let app = Arc::new(testing::app().await);
    let tokens = [token(&app).await, token(&app).await, token(&app).await];
    let racers = (0..16).map(|i| {
        let (app, token) = (Arc::clone(&app), tokens[i % 3].clone());
        tokio::spawn(async move { set_up(&app, &token, &new_user(&format!("user{i}")), &visit(1)).await })
    });
    let mut winners = 0;
    for racer in racers.collect::<Vec<_>>() {
        winners += usize::from(racer.await.unwrap().is_ok());
    }
    assert_eq!(winners, 1);
    assert_eq!(postern_storage::users::count(&app.db).await.unwrap(), 1);
}
