use postern_domain::{ErrorCode, Plain};

use super::*;
use crate::testing::{self, TestApp, new_user, visit};

async fn open_app() -> TestApp {
    let mut config = crate::Config::default();
    config.registration.open = true;
    config.rate_limits.registration = 5;
    testing::app_with(config).await
}

fn fields(outcome: Result<Arrival, FormRefusal>) -> FieldErrors {
    match outcome {
        Err(FormRefusal::Fields(errors)) => errors,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn nobody_signs_up_where_it_is_closed() {
    let app = testing::app().await;
    let Err(FormRefusal::Refused(refusal)) = sign_up(&app, &new_user("ada"), &visit(1)).await else {
        panic!("it is closed");
    };
    assert_eq!(refusal.code, ErrorCode::Forbidden);
}

#[tokio::test]
async fn a_stranger_makes_an_account_without_rights() {
    let app = open_app().await;
    let arrival = sign_up(&app, &new_user("ada"), &visit(1)).await.unwrap();
    assert!(arrival.user.rights.is_empty() && !arrival.user.email_verified);
    assert_eq!(arrival.user.name.as_str(), "ada");
    assert_eq!(arrival.session.user_id, arrival.user.id);
}

#[tokio::test]
async fn every_wrong_field_is_named_and_nothing_counted() {
    let app = open_app().await;
    for _ in 0..20 {
        let wrong = NewUser {
            username: "a b".into(),
            email: "ada".into(),
            name: "a\u{202e}b".into(),
            password: Some(Plain::new("short".into())),
        };
        let errors = fields(sign_up(&app, &wrong, &visit(1)).await);
        for field in ["username", "email", "name", "password"] {
            assert!(errors.of(field).is_some(), "{field}");
        }
    }
    let without = NewUser { password: None, ..new_user("ada") };
    assert!(fields(sign_up(&app, &without, &visit(1)).await).of("password").is_some());
    assert!(sign_up(&app, &new_user("ada"), &visit(1)).await.is_ok());
}

#[tokio::test]
async fn a_taken_address_is_taken_like_a_free_one_and_proves_nothing() {
    let app = open_app().await;
    let ada = testing::user(&app, "ada").await;
    let same_name = NewUser { email: "other@example.com".into(), ..new_user("ADA") };
    assert!(fields(sign_up(&app, &same_name, &visit(1)).await).of("username").is_some());
    let same_email = NewUser { username: "other".into(), ..new_user("ada") };
    let other = sign_up(&app, &same_email, &visit(1)).await.unwrap().user;
    assert_eq!((&other.email, other.email_verified), (&ada.email, false));
    // It is still hers.
    let named = users::find_named(&app, ada.email.as_str()).await.unwrap();
    assert_eq!(named.id, ada.id);
}

#[tokio::test]
async fn an_address_makes_so_many_accounts_and_no_more() {
    let app = open_app().await;
    for i in 0..5 {
        assert!(sign_up(&app, &new_user(&format!("user{i}")), &visit(1)).await.is_ok());
    }
    let Err(FormRefusal::Refused(refusal)) = sign_up(&app, &new_user("user5"), &visit(1)).await else {
        panic!("a sixth account");
    };
    assert_eq!(refusal.code, ErrorCode::TooManyRequests);
    assert!(sign_up(&app, &new_user("user5"), &visit(2)).await.is_ok());
    app.advance(WINDOW);
    assert!(sign_up(&app, &new_user("user6"), &visit(1)).await.is_ok());
}
