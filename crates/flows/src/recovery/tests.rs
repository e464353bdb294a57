use postern_domain::{ErrorCode, UserState};
use postern_storage::mails;

use super::*;
use crate::testing::sign_in;
use crate::testing::{self, HERE, PASSWORD, TestApp, new_user, visit};
use crate::users::{self as accounts, Standing};
use crate::{Denied, sessions as signed_in};

const NEW: &str = "a quite different sentence";

struct World {
    app: TestApp,
    ada: User,
}

impl World {
    async fn new() -> Self {
        let app = testing::app().await;
        let standing = Standing { email_verified: true, ..Standing::default() };
        let ada = accounts::create(&app, &new_user("ada"), standing).await.unwrap();
        Self { app, ada }
    }

    /// A link to Ada's address.
    async fn link(&self, token: &str) -> String {
        let link = by_mail(&self.app, &self.ada, &Plain::new(token.to_owned())).unwrap();
        let kept = self.app.db.write(link, |tx, link| Box::pin(keep(tx, link))).await;
        kept.map(|()| token.to_owned()).unwrap()
    }

    async fn mails(&self) -> usize {
        mails::due(&self.app.db, self.app.clock.now(), 50).await.unwrap().len()
    }

    async fn signs_in(&self, password: &str) -> bool {
        match sign_in(&self.app, "ada", &Plain::new(password.into()), &visit(1)).await {
            Ok(_) => true,
            Err(Denied::Wrong) => false,
            Err(other) => panic!("{other:?}"),
        }
    }
}

fn code<T: std::fmt::Debug>(outcome: Result<T, FormRefusal>) -> ErrorCode {
    match outcome.unwrap_err() {
        FormRefusal::Refused(refusal) => refusal.code,
        FormRefusal::Fields(errors) => panic!("{errors}"),
    }
}

#[tokio::test]
async fn a_link_sets_a_password_once_and_signs_out_everywhere() {
    let world = World::new().await;
    let (app, link) = (&world.app, world.link("abc").await);
    let arrival = sign_in(app, "ada", &Plain::new(PASSWORD.into()), &visit(1)).await.unwrap();
    let cookie = TokenHash([1; 32]);
    signed_in::begin(app, cookie, None, arrival.proven(), String::new()).await.unwrap();
    assert_eq!(check(app, &link).await.unwrap().id, world.ada.id);
    let weak = recover(app, &link, "password").await;
    assert!(matches!(weak, Err(FormRefusal::Fields(_))), "{weak:?}");
    assert!(signed_in::find(app, cookie).await.unwrap().is_some());
    // The link, the sign-in in a new browser, and then that the link was used.
    assert_eq!(world.mails().await, 2);
    recover(app, &link, NEW).await.unwrap();
    assert_eq!(world.mails().await, 3);
    assert!(signed_in::find(app, cookie).await.unwrap().is_none());
    assert!(world.signs_in(NEW).await);
    assert!(!world.signs_in(PASSWORD).await);
    assert_eq!(code(recover(app, &link, "another different sentence").await), ErrorCode::NotFound);
    assert!(check(app, &link).await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_several_at_once_one_gets_through() {
    let world = Arc::new(World::new().await);
    let link = world.link("abc").await;
    let racers = (0..8).map(|at| {
        let (world, link) = (Arc::clone(&world), link.clone());
        tokio::spawn(
            async move { recover(&world.app, &link, &format!("sentence number {at} of eight")).await },
        )
    });
    let mut through = 0;
    for racer in racers.collect::<Vec<_>>() {
        through += usize::from(racer.await.unwrap().is_ok());
    }
    assert_eq!(through, 1);
}

#[tokio::test]
async fn a_link_ends_with_its_time_its_address_and_the_next_one() {
    let world = World::new().await;
    let app = &world.app;
    let first = world.link("abc").await;
    let second = world.link("abd").await;
    assert_eq!(code(recover(app, &first, NEW).await), ErrorCode::NotFound);
    check(app, &second).await.unwrap();
    app.advance(LIFETIME);
    assert_eq!(code(recover(app, &second, NEW).await), ErrorCode::NotFound);
    let third = world.link("abe").await;
    let new = crate::profile::NewProfile {
        username: "ada".into(),
        email: "ada@elsewhere.example".into(),
        ..Default::default()
    };
    let session = sign_in(app, "ada", &Plain::new(PASSWORD.into()), &visit(1)).await.unwrap().session;
    crate::profile::change(app, &world.ada, Some(&session), &new).await.unwrap();
    assert_eq!(code(recover(app, &third, NEW).await), ErrorCode::NotFound);
}

#[tokio::test]
async fn only_open_accounts_with_a_verified_address_get_one() {
    let world = World::new().await;
    let app = &world.app;
    testing::user(app, "unverified").await;
    for name in ["unverified", "unverified@example.com", "nobody", "nobody@example.com", "", "%"] {
        send(app, name).await.unwrap();
        assert_eq!(world.mails().await, 0, "{name}");
    }
    for (at, name) in ["ada", "ada@example.com", "ada", "ada@example.com"].into_iter().enumerate() {
        send(app, name).await.unwrap();
        assert_eq!(world.mails().await, (at + 1).min(MOST as usize), "under whichever name");
    }
    app.advance(WINDOW);
    let link = world.link("abc").await;
    let written = world.mails().await;
    let now = app.clock.now();
    let closed = app.db.write((world.ada.id, now), |tx, (id, now)| {
        Box::pin(async move { users::set_state(tx, *id, UserState::Disabled, *now).await })
    });
    assert!(closed.await.unwrap());
    send(app, "ada").await.unwrap();
    assert_eq!(world.mails().await, written);
    assert_eq!(code(recover(app, &link, NEW).await), ErrorCode::NotFound);
    let closed = users::find(&app.db, world.ada.id).await.unwrap().unwrap();
    assert_eq!(by_operator(app, &closed).await.unwrap_err().code, ErrorCode::Conflict);
}

#[tokio::test]
async fn an_address_asks_for_so_many_and_no_more() {
    let world = World::new().await;
    let limit = world.app.config.rate_limits.recovery;
    for at in 0..limit {
        ask(&world.app.app, &format!("nobody{at}"), HERE).await.unwrap();
    }
    for name in ["nobody", "ada"] {
        let refused = ask(&world.app.app, name, HERE).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::TooManyRequests);
    }
}

#[tokio::test]
async fn an_operator_hands_a_link_over() {
    let world = World::new().await;
    let bob = testing::user(&world.app, "bob").await;
    let (url, until) = by_operator(&world.app, &bob).await.unwrap();
    assert_eq!(until, world.app.clock.now().plus(LIFETIME));
    let link = url.strip_prefix("http://localhost:8080/recover/password?recovery=").unwrap();
    recover(&world.app, link, NEW).await.unwrap();
    assert!(sign_in(&world.app, "bob", &Plain::new(NEW.into()), &visit(1)).await.is_ok());
    assert_eq!(world.mails().await, 0, "nobody else's address is told");
}

#[test]
fn what_is_logged_has_no_link() {
    let name = postern_domain::Username::parse("ada").unwrap();
    let mail = RecoveryMail::new(name, &Plain::new("secret".to_owned()), Timestamp(7));
    assert!(!format!("{mail:?}").contains("secret"));
}
