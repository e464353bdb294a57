use std::sync::Arc;

use postern_domain::audit::By;
use postern_domain::{AuthMethodReference, ErrorCode, Lifetime, Plain, Session, TokenHash, User};
use postern_storage::{mails, users};
use totp_rs::{Builder, Secret};

use super::*;
use crate::Denied;
use crate::change_password::{NoChange, change_password};
use crate::sessions::{self, Visit};
use crate::sign_in::{self, NoProof, Step};
use crate::testing::{self, PASSWORD, TestApp, new_user, visit};
use crate::users::{self as accounts, Standing};

mod required;

const STEP: Lifetime = Lifetime::seconds(30);

struct World {
    app: TestApp,
    ada: User,
    session: Session,
    secret: String,
    codes: Vec<Plain>,
}

impl World {
    /// Ada has an app.
    async fn new() -> Self {
        let app = testing::app().await;
        let standing = Standing { email_verified: true, ..Standing::default() };
        let ada = accounts::create(&app, &new_user("ada"), standing).await.unwrap();
        let arrival = testing::sign_in(&app, "ada", &Plain::new(PASSWORD.into()), &visit(1)).await.unwrap();
        let mut world = Self { app, ada, session: arrival.session, secret: String::new(), codes: Vec::new() };
        sessions::begin(&world.app, TokenHash([1; 32]), None, world.proven(), String::new()).await.unwrap();
        let enrolled = world.enrol().await;
        (world.session, world.codes) = (enrolled.proven.session, enrolled.codes);
        world
    }

    fn proven(&self) -> sessions::Proven {
        let (session, password_changed_at) = (self.session.clone(), self.ada.password_changed_at);
        sessions::Proven { session, password_changed_at, is_new_device: false }
    }

    async fn enrol(&mut self) -> Enrolled {
        let offer = offer(&self.app, &self.ada, &self.session).unwrap();
        self.secret = offer.secret.reveal().to_owned();
        confirm(&self.app, &self.ada, &self.session, &offer.sealed, &self.code(0)).await.unwrap()
    }

    /// What the app shows so many steps from now.
    fn code(&self, steps: i64) -> String {
        let secret = Secret::try_from_base32(&self.secret).unwrap();
        let at = self.app.clock.now().0 + steps * STEP.as_seconds();
        Builder::new().with_secret(secret).build().unwrap().generate(at.try_into().unwrap()).to_string()
    }

    async fn first_step(&self) -> String {
        match sign_in::sign_in(&self.app, "ada", &Plain::new(PASSWORD.into()), &visit(1)).await.unwrap() {
            Step::SecondStep(value) => value.reveal().to_owned(),
            Step::Arrived(_) => panic!("by the password alone"),
        }
    }

    async fn second_step(&self, value: &str, code: &str) -> Result<Vec<AuthMethodReference>, NoSecondStep> {
        finish(&self.app, value, code, &visit(1)).await.map(|arrival| arrival.session.amr)
    }

    async fn sign_in(&self, code: &str) -> Result<Vec<AuthMethodReference>, NoSecondStep> {
        self.second_step(&self.first_step().await, code).await
    }

    async fn mails(&self) -> usize {
        mails::due(&self.app.db, self.app.clock.now(), 50).await.unwrap().len()
    }
}

fn is_wrong<T: std::fmt::Debug>(outcome: Result<T, NoSecondStep>) -> bool {
    matches!(outcome, Err(NoSecondStep::Code(Denied::Wrong)))
}

fn is_over<T: std::fmt::Debug>(outcome: Result<T, NoSecondStep>) -> bool {
    matches!(outcome, Err(NoSecondStep::Over))
}

#[tokio::test]
async fn a_code_is_good_once_and_for_a_step_around_now() {
    let world = World::new().await;
    assert!(is_wrong(world.sign_in(&world.code(0)).await), "it was set up with this one");
    assert!(is_wrong(world.sign_in(&world.code(-1)).await), "the one before");
    assert!(is_wrong(world.sign_in(&world.code(2)).await), "two steps ahead");
    let next = world.code(1);
    let spaced = format!(" {} {} ", &next[..3], &next[3..]);
    assert_eq!(world.sign_in(&spaced).await.unwrap(), AuthMethodReference::PASSWORD_AND_CODE);
    assert!(is_wrong(world.sign_in(&next).await), "again");
    world.app.advance(STEP);
    assert!(is_wrong(world.sign_in(&next).await), "again in the next window");
    world.app.advance(Lifetime::seconds(300));
    assert!(is_wrong(world.sign_in(&world.code(-2)).await), "two steps ago");
    assert!(world.sign_in(&world.code(-1)).await.is_ok());
    assert!(world.sign_in(&world.code(0)).await.is_ok());
    for none in ["", "12345", "1234567", "abcdef", "ｓｉｘ", &"9".repeat(10_000)] {
        assert!(is_wrong(world.sign_in(none).await), "{none}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_several_at_once_one_gets_through() {
    let world = Arc::new(World::new().await);
    world.app.advance(STEP);
    let code = world.code(0);
    let racers = (0..MOST_AT_ONCE).map(|_| {
        let (world, code) = (Arc::clone(&world), code.clone());
        tokio::spawn(async move { world.sign_in(&code).await.is_ok() })
    });
    let mut through = 0;
    for racer in racers.collect::<Vec<_>>() {
        through += usize::from(racer.await.unwrap());
    }
    assert_eq!(through, 1);
}

/// As many wrong codes as are looked at in five minutes.
const MOST_AT_ONCE: usize = 5;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_fifty_guesses_at_once_five_are_looked_at() {
    let world = Arc::new(World::new().await);
    world.app.advance(STEP);
    let value = world.first_step().await;
    let right = world.code(0);
    let guesses = (0..50).map(|at| {
        let (world, value) = (Arc::clone(&world), value.clone());
        // Codes of both kinds; from many addresses.
        let code = if at % 2 == 0 { format!("{at:06}") } else { format!("abcde-fgh{at:02}") };
        assert_ne!(code, right);
        let from = visit(u8::try_from(at).unwrap());
        tokio::spawn(async move { finish(&world.app, &value, &code, &from).await })
    });
    let mut looked_at = 0;
    for guess in guesses.collect::<Vec<_>>() {
        looked_at += usize::from(is_wrong(guess.await.unwrap().map(|_| ())));
    }
    assert_eq!(looked_at, MOST_AT_ONCE);
    let stranger = finish(&world.app, &value, &right, &visit(99)).await;
    assert!(matches!(stranger, Err(NoSecondStep::Code(Denied::TooMany { .. }))));
    // The owner in a browser that the account knows has a budget of their own.
    let device = crate::device::remember(&world.app, None, world.ada.id, world.app.clock.now());
    let at_home = Visit { device: Some(device), ..visit(1) };
    assert!(finish(&world.app, &value, &right, &at_home).await.is_ok());
}

#[tokio::test]
async fn a_recovery_code_is_good_once() {
    let world = World::new().await;
    assert_eq!(world.codes.len(), 10);
    let told = world.mails().await;
    let code = world.codes[3].reveal();
    let typed = code.to_uppercase().replace('-', " ").replace('0', "O").replace('1', "l");
    assert_eq!(world.sign_in(&typed).await.unwrap(), AuthMethodReference::PASSWORD_AND_CODE);
    assert_eq!(world.mails().await, told + 1);
    assert!(is_wrong(world.sign_in(code).await));
    assert_eq!(state(&world.app, world.ada.id).await.unwrap().unwrap().codes_left, 9);
    let new = make_codes(&world.app, &world.ada).await.unwrap();
    assert!(is_wrong(world.sign_in(world.codes[4].reveal()).await), "there are newer ones");
    assert!(world.sign_in(new[0].reveal()).await.is_ok());
}

#[tokio::test]
async fn the_second_step_follows_the_first_in_time_and_once() {
    let world = World::new().await;
    world.app.advance(STEP);
    let value = world.first_step().await;
    assert_eq!(waiting_for(&world.app, &value).await.unwrap().unwrap().id, world.ada.id);
    assert!(world.second_step(&value, &world.code(0)).await.is_ok());
    assert!(is_over(world.second_step(&value, &world.code(1)).await));
    assert!(is_over(world.second_step("made up", &world.code(1)).await));
    let late = world.first_step().await;
    world.app.advance(LIFETIME);
    assert!(is_over(world.second_step(&late, &world.code(0)).await));
    let stale = world.first_step().await;
    accounts::set_password(&world.app, &world.ada, &Plain::new("another long sentence".into()))
        .await
        .unwrap();
    assert!(is_over(world.second_step(&stale, &world.code(0)).await));
}

#[tokio::test]
async fn an_app_is_set_up_by_its_code_in_the_session_it_was_offered_to() {
    let mut world = World::new().await;
    let offer = offer(&world.app, &world.ada, &world.session).unwrap();
    assert!(offer.uri.reveal().starts_with("otpauth://totp/Postern:ada?secret="), "{}", offer.uri.reveal());
    let before = world.secret.clone();
    let try_it = async |session: &Session, code: &str| {
        confirm(&world.app, &world.ada, session, &offer.sealed, code).await
    };
    assert!(matches!(try_it(&world.session, "000000").await, Err(NotEnrolled::Wrong)));
    let other = Session { id: world.app.new_id(), ..world.session.clone() };
    assert!(matches!(try_it(&other, "000000").await, Err(NotEnrolled::Over)));
    assert!(Enrolment::again(&world.app, &world.ada, &other, &offer.sealed).is_err());
    let long = Enrolment::again(&world.app, &world.ada, &world.session, &"a".repeat(4_096));
    assert!(matches!(long, Err(NotEnrolled::Refused(refusal)) if refusal.code == ErrorCode::InvalidRequest));
    let again = Enrolment::again(&world.app, &world.ada, &world.session, &offer.sealed).unwrap();
    assert_eq!(again.secret.reveal(), offer.secret.reveal());
    world.app.advance(Lifetime::seconds(30 * 60));
    assert!(matches!(try_it(&world.session, "000000").await, Err(NotEnrolled::Over)));
    // Another app in place of the first; the recovery codes stay.
    let replaced = world.enrol().await;
    assert!(replaced.codes.is_empty());
    assert_ne!(world.secret, before);
    assert!(world.sign_in(world.codes[0].reveal()).await.is_ok());
    world.app.advance(STEP);
    assert!(world.sign_in(&world.code(0)).await.is_ok());
}

#[tokio::test]
async fn setting_one_up_signs_out_elsewhere_and_holds_for_sign_ins_under_way() {
    let app = testing::app().await;
    testing::user(&app, "ada").await;
    let ada = users::find_by_identifier(&app.db, "ada").await.unwrap().unwrap();
    let password = Plain::new(PASSWORD.into());
    let here = testing::sign_in(&app, "ada", &password, &visit(1)).await.unwrap();
    let there = testing::sign_in(&app, "ada", &password, &visit(2)).await.unwrap();
    let late = testing::sign_in(&app, "ada", &password, &visit(3)).await.unwrap();
    let begin = async |hash: u8, proven| {
        sessions::begin(&app, TokenHash([hash; 32]), None, proven, String::new()).await
    };
    begin(1, here.proven()).await.unwrap();
    begin(2, there.proven()).await.unwrap();
    let mut world = World { session: here.session, ada, app, secret: String::new(), codes: Vec::new() };
    let enrolled = world.enrol().await;
    let app = &world.app;
    assert!(sessions::find(app, TokenHash([1; 32])).await.unwrap().is_some());
    assert!(sessions::find(app, TokenHash([2; 32])).await.unwrap().is_none());
    let begin = async |hash: u8, proven| {
        sessions::begin(app, TokenHash([hash; 32]), None, proven, String::new()).await
    };
    assert_eq!(begin(3, late.proven()).await.unwrap_err().code, ErrorCode::Conflict);
    begin(4, enrolled.proven.clone()).await.unwrap();
    let kept = sessions::find(app, TokenHash([4; 32])).await.unwrap().unwrap();
    assert_eq!(kept.session.amr, AuthMethodReference::PASSWORD_AND_CODE);
}

#[tokio::test]
async fn a_fresh_proof_takes_both() {
    let world = World::new().await;
    world.app.advance(Lifetime::seconds(15 * 60));
    let (app, password) = (&world.app, Plain::new(PASSWORD.into()));
    assert!(!sessions::is_fresh(app, &world.session));
    let prove = async |password: &Plain, code: Option<&str>| {
        sign_in::reauthenticate(app, &world.ada, &world.session, password, code).await
    };
    let wrong = Plain::new("wrong password".into());
    assert_eq!(
        prove(&wrong, Some(world.code(0).as_str())).await.unwrap_err(),
        NoProof::Password(Denied::Wrong)
    );
    for code in [None, Some(""), Some("000000")] {
        assert_eq!(prove(&password, code).await.unwrap_err(), NoProof::Code(Denied::Wrong));
    }
    let change = change_password(app, &world.ada, &world.session, &password, "a quite different sentence");
    assert_eq!(change.await.unwrap_err(), NoChange::NeedsProof);
    let proved = prove(&password, Some(world.code(0).as_str())).await.unwrap().session;
    assert!(sessions::is_fresh(app, &proved));
    assert_eq!(proved.amr, AuthMethodReference::PASSWORD_AND_CODE);
    app.advance(STEP);
    let change = change_password(app, &world.ada, &proved, &password, "a quite different sentence");
    let (changed, _) = change.await.unwrap();
    assert_eq!(changed.session.auth_time, proved.auth_time, "a password alone proves less");
}

#[tokio::test]
async fn without_it_the_password_is_enough_again() {
    let world = World::new().await;
    let app = &world.app;
    remove(app, &world.ada).await.unwrap();
    assert_eq!(state(app, world.ada.id).await.unwrap(), None);
    let again = remove(app, &world.ada).await;
    assert_eq!(again.unwrap_err().code, ErrorCode::NotFound);
    assert_eq!(make_codes(app, &world.ada).await.unwrap_err().code, ErrorCode::Conflict);
    assert!(testing::sign_in(app, "ada", &Plain::new(PASSWORD.into()), &visit(1)).await.is_ok());
}

#[tokio::test]
async fn a_reset_signs_out_everywhere() {
    let world = World::new().await;
    let told = world.mails().await;
    assert!(sessions::find(&world.app, TokenHash([1; 32])).await.unwrap().is_some());
    reset(&world.app, &world.ada, By::Operator).await.unwrap();
    assert!(sessions::find(&world.app, TokenHash([1; 32])).await.unwrap().is_none());
    assert_eq!(world.mails().await, told + 1);
    assert!(testing::sign_in(&world.app, "ada", &Plain::new(PASSWORD.into()), &visit(1)).await.is_ok());
}
