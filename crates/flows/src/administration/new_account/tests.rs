use std::sync::Arc;

use postern_domain::{ErrorCode, Lifetime, Plain};
use postern_storage::mails::{self, StoredMail};

use super::*;
use crate::administration::{AccountChange, change_account};
use crate::recovery;
use crate::testing::{self, PASSWORD, TestApp, new_user, sign_in, visit};

async fn with_rights(app: &TestApp, name: &str, rights: &[InstanceRight]) -> Actor {
    let user = testing::user(app, name).await;
    let change = AccountChange { rights: Some(rights.iter().copied().collect()), ..AccountChange::default() };
    let user = change_account(app, &Actor::operator(), user.id, &change).await.unwrap();
    Actor::signed_in(app, &Arc::new(user))
}

#[tokio::test]
async fn who_manages_users_makes_plain_ones_and_administrators_any() {
    let app = testing::app().await;
    let root = with_rights(&app, "root", &[InstanceRight::InstanceAdmin]).await;
    let manager = with_rights(&app, "manager", &[InstanceRight::UsersManage]).await;
    let nobody = Actor::signed_in(&app, &Arc::new(testing::user(&app, "nobody").await));
    let rights = || Standing { rights: [InstanceRight::UsersManage].into(), ..Standing::default() };
    for (actor, standing) in [(&nobody, Standing::default()), (&manager, rights())] {
        let refused = make_account(&app, actor, &new_user("ada"), standing, false).await.unwrap_err();
        let FormRefusal::Refused(refusal) = refused else { panic!("{refused:?}") };
        assert_eq!(refusal.code, ErrorCode::InsufficientScope);
    }
    make_account(&app, &manager, &new_user("ada"), Standing::default(), false).await.unwrap();
    assert!(sign_in(&app, "ada", &Plain::new(PASSWORD.into()), &visit(1)).await.is_ok());
    let made = make_account(&app, &root, &new_user("grace"), rights(), false).await.unwrap();
    assert_eq!(made.rights, rights().rights);
    let without = NewUser { password: None, ..new_user("bob") };
    let refused = make_account(&app, &root, &without, Standing::default(), false).await.unwrap_err();
    assert!(matches!(refused, FormRefusal::Fields(errors) if errors.of("password").is_some()));
    let same_name = NewUser { email: "other@example.com".into(), ..new_user("ada") };
    let same_email = NewUser { username: "other".into(), ..new_user("ada") };
    for (taken, field) in [(same_name, "username"), (same_email, "email")] {
        let again = make_account(&app, &root, &taken, Standing::default(), true).await.unwrap_err();
        assert!(matches!(again, FormRefusal::Fields(errors) if errors.of(field).is_some()), "{field}");
    }
}

/// The value of the link in a mail about this account.
fn link_of(app: &TestApp, due: &StoredMail, name: &str) -> Option<String> {
    let json = app.secret_key.open(&format!("mails.data {}", due.id), &due.data).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    let made = json["mail"].get("account_made")?;
    (made["username"] == name).then(|| made["recovery"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn who_is_invited_chooses_a_password_by_a_link_once() {
    let app = testing::app().await;
    let manager = with_rights(&app, "manager", &[InstanceRight::UsersManage]).await;
    for (name, email_verified) in [("ada", false), ("bob", true)] {
        let standing = Standing { email_verified, ..Standing::default() };
        let made = make_account(&app, &manager, &new_user(name), standing, true).await.unwrap();
        assert_eq!(made.email_verified, email_verified);
        assert!(sign_in(&app, name, &Plain::new(PASSWORD.into()), &visit(1)).await.is_err(), "it is not set");
        let due = mails::due(&app.db, app.clock.now(), 50).await.unwrap();
        let link = due.iter().find_map(|due| link_of(&app, due, name)).expect("a mail with a link");
        app.advance(Lifetime::days(6));
        let new = "a quite different sentence";
        recovery::recover(&app, &link, new).await.unwrap();
        assert!(recovery::check(&app, &link).await.is_err());
        assert!(sign_in(&app, name, &Plain::new(new.into()), &visit(1)).await.is_ok());
    }
}
