use postern_domain::ErrorCode;
use postern_storage::mails;
use postern_storage::users::Profile;

use super::*;
use crate::profile::{self, NewProfile};
use crate::testing::{self, TestApp, new_user};
use crate::users::{self as accounts, NewUser, Standing};

struct World {
    app: TestApp,
    zoe: User,
}

impl World {
    /// Zoe's address is not verified.
    async fn new() -> Self {
        let app = testing::app().await;
        let zoe = accounts::create(&app, &new_user("zoe"), Standing::default()).await.unwrap();
        Self { app, zoe }
    }

    async fn link(&self, token: &str) -> String {
        let link = of_token(&self.app, &self.zoe, &Plain::new(token.to_owned()), &OwnPath::home()).unwrap();
        let kept = self.app.db.write(link, |tx, link| Box::pin(keep(tx, link))).await;
        kept.map(|()| token.to_owned()).unwrap()
    }

    async fn zoe(&self) -> User {
        users::find(&self.app.db, self.zoe.id).await.unwrap().unwrap()
    }

    async fn mails(&self) -> usize {
        mails::due(&self.app.db, self.app.clock.now(), 50).await.unwrap().len()
    }
}

fn code(outcome: Result<(), Refusal>) -> ErrorCode {
    outcome.unwrap_err().code
}

#[tokio::test]
async fn a_link_verifies_the_address_once() {
    let world = World::new().await;
    let link = world.link("abc").await;
    check(&world.app, &world.zoe, &link).await.unwrap();
    confirm(&world.app, &world.zoe, &link).await.unwrap();
    assert!(world.zoe().await.email_verified);
    assert_eq!(code(confirm(&world.app, &world.zoe, &link).await), ErrorCode::NotFound);
    assert_eq!(code(send(&world.app, &world.zoe().await, &OwnPath::home()).await), ErrorCode::Conflict);
}

#[tokio::test]
async fn a_link_is_for_one_account_one_address_and_one_day() {
    let world = World::new().await;
    let app = &world.app;
    let eve = testing::user(app, "eve").await;
    let link = world.link("abc").await;
    let refused = confirm(app, &eve, &link).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::NotFound);
    assert!(refused.description.contains("another account"), "{refused}");
    let moved = User { email: Email::parse("zoe@elsewhere.example").unwrap(), ..world.zoe.clone() };
    assert_eq!(code(confirm(app, &moved, &link).await), ErrorCode::NotFound);
    assert_eq!(code(confirm(app, &world.zoe, "abd").await), ErrorCode::NotFound);
    app.advance(LIFETIME);
    assert_eq!(code(confirm(app, &world.zoe, &link).await), ErrorCode::NotFound);
    assert!(!world.zoe().await.email_verified);
}

#[tokio::test]
async fn an_account_gets_few_links_at_a_time() {
    let world = World::new().await;
    for _ in 0..MOST {
        send(&world.app, &world.zoe, &OwnPath::home()).await.unwrap();
    }
    assert_eq!(world.mails().await, MOST as usize);
    assert_eq!(code(send(&world.app, &world.zoe, &OwnPath::home()).await), ErrorCode::TooManyRequests);
    assert_eq!(world.mails().await, MOST as usize);
}

#[tokio::test]
async fn a_new_name_sends_nothing() {
    let world = World::new().await;
    let new = NewProfile {
        username: "zoe".into(),
        email: "zoe@example.com".into(),
        name: "Zoë".into(),
        ..NewProfile::default()
    };
    profile::change(&world.app, &world.zoe, None, &new).await.unwrap();
    assert_eq!(world.mails().await, 0);
}

#[tokio::test]
async fn an_address_that_another_account_has_proved_stays_there() {
    let world = World::new().await;
    let link = world.link("abc").await;
    let owner = NewUser { username: "owner".into(), ..new_user("zoe") };
    let standing = Standing { email_verified: true, ..Standing::default() };
    let owner = accounts::create(&world.app, &owner, standing).await.unwrap();
    assert_eq!(code(confirm(&world.app, &world.zoe, &link).await), ErrorCode::Conflict);
    assert!(!world.zoe().await.email_verified);
    // The link still works once the address is given up there.
    let elsewhere = Email::parse("owner@example.com").unwrap();
    let moved = world.app.db.write((owner, elsewhere), |tx, (owner, email)| {
        Box::pin(async move {
            let profile = Profile {
                email: email.clone(),
                username: owner.username.clone(),
                name: owner.name.clone(),
                claims: owner.claims.clone(),
            };
            Ok::<_, Refusal>(users::update_profile(tx, owner.id, &profile, Timestamp(9)).await?)
        })
    });
    assert!(moved.await.unwrap());
    confirm(&world.app, &world.zoe, &link).await.unwrap();
    assert!(world.zoe().await.email_verified);
}

#[test]
fn what_is_logged_has_no_link() {
    let return_to = OwnPath::parse("/organizations/join?invitation=secret").unwrap();
    let mail = VerificationMail::new(&Plain::new("secret".to_owned()), &return_to, Timestamp(7));
    assert!(!format!("{mail:?}").contains("secret"));
    assert_eq!(
        mail.path(),
        "/settings/profile/email?verification=secret&return_to=%2Forganizations%2Fjoin%3Finvitation%3Dsecret"
    );
}
