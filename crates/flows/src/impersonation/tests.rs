use postern_domain::{ErrorCode, Lifetime, UserState};

use super::*;
use crate::administration::{AccountChange, change_account, last_seen};
use crate::audit::{Filter, list};
use crate::party::cookie_of;
use crate::sessions::{Switch, find, is_fresh, switch};
use crate::testing::{self, TestApp, visit};
use crate::{Paging, party};

struct World {
    app: TestApp,
    root: Arc<User>,
    own: Session,
    ada: User,
}

const THERE: TokenHash = TokenHash([9; 32]);

async fn with_rights(app: &TestApp, name: &str, rights: &[InstanceRight]) -> User {
    let user = testing::user(app, name).await;
    let change = AccountChange { rights: Some(rights.iter().copied().collect()), ..AccountChange::default() };
    change_account(app, &Actor::operator(), user.id, &change).await.unwrap()
}

async fn world() -> World {
    let app = testing::app().await;
    let root = with_rights(&app, "root", &InstanceRight::ALL).await;
    let own = party::session(&app, &root).await;
    let standing = crate::users::Standing { email_verified: true, ..Default::default() };
    let ada = crate::users::create(&app, &testing::new_user("ada"), standing).await.unwrap();
    World { app, root: Arc::new(root), own, ada }
}

impl World {
    async fn prepare(&self, id: UserId, reason: &str) -> Result<Impersonation, FormRefusal> {
        let actor = Actor::signed_in(&self.app, &self.root);
        prepare(&self.app, &actor, &self.own, id, reason, &visit(3)).await
    }

    async fn begin(&self) -> Session {
        let impersonation = self.prepare(self.ada.id, " She asked ").await.unwrap();
        let session = impersonation.session.clone();
        begin(&self.app, THERE, cookie_of(&self.own), impersonation).await.unwrap();
        session
    }

    async fn lives(&self) -> bool {
        find(&self.app, THERE).await.unwrap().is_some()
    }
}

fn code(refused: Result<Impersonation, FormRefusal>) -> ErrorCode {
    match refused.unwrap_err() {
        FormRefusal::Fields(errors) => panic!("{errors}"),
        FormRefusal::Refused(refusal) => refusal.code,
    }
}

#[tokio::test]
async fn it_is_short_says_who_and_is_written_down_of_both() {
    let world = world().await;
    let session = world.begin().await;
    let kept = find(&world.app, THERE).await.unwrap().unwrap();
    assert_eq!(kept.session.impersonator.map(|by| by.user_id), Some(world.root.id));
    assert!(!is_fresh(&world.app, &kept.session));
    assert!(find(&world.app, cookie_of(&world.own)).await.unwrap().is_none(), "their own one rests");
    assert!(last_seen(&world.app, std::slice::from_ref(&world.ada)).await.unwrap().is_empty());
    let acting = acting(&world.app, &kept.session, &world.ada).await.unwrap();
    assert!(matches!(acting, Acting::Impersonator(by) if by.id == world.root.id));
    let ada = Actor::signed_in(&world.app, &Arc::new(world.ada.clone()));
    let events = list(&world.app, &ada, &Filter::default(), &Paging::first()).await.unwrap().items;
    let told = events.iter().find_map(|event| match event {
        postern_domain::audit::Event::Act(act) if act.action == Action::USER_IMPERSONATED => Some(act),
        _ => None,
    });
    let told = told.expect("she sees it");
    assert_eq!(told.by, By::acting_as(world.root.id, world.ada.id));
    assert_eq!(told.after.as_ref().unwrap()["reason"], "She asked");
    let mails = postern_storage::mails::due(&world.app.db, world.app.clock.now(), 50).await.unwrap();
    assert_eq!(mails.len(), 1);
    assert_eq!(session.expires_at, world.app.clock.now().plus(Lifetime::seconds(1_800)));
    world.app.advance(Lifetime::seconds(1_800));
    assert!(!world.lives().await);
}

#[tokio::test]
async fn nobody_acts_as_their_equal_or_themselves_or_on_an_old_word() {
    let world = world().await;
    let other = with_rights(&world.app, "other", &[InstanceRight::InstanceAdmin]).await;
    let manager =
        with_rights(&world.app, "manager", &[InstanceRight::UsersManage, InstanceRight::UsersImpersonate]);
    let manager = manager.await;
    let closed = testing::user(&world.app, "closed").await;
    let change = AccountChange { state: Some(UserState::Disabled), ..AccountChange::default() };
    change_account(&world.app, &Actor::operator(), closed.id, &change).await.unwrap();
    for id in [other.id, world.root.id, closed.id] {
        assert_eq!(code(world.prepare(id, "x").await), ErrorCode::Forbidden);
    }
    assert_eq!(code(world.prepare(world.app.new_id(), "x").await), ErrorCode::NotFound);
    assert!(world.prepare(manager.id, "x").await.is_ok());
    for reason in ["", "  ", "a\nb", &"x".repeat(LONGEST_REASON + 1)] {
        assert!(matches!(world.prepare(world.ada.id, reason).await, Err(FormRefusal::Fields(_))), "{reason}");
    }
    let actor = Actor::signed_in(&world.app, &Arc::new(manager));
    let refused = prepare(&world.app, &actor, &world.own, world.ada.id, "x", &visit(3)).await;
    assert_eq!(code(refused), ErrorCode::InsufficientScope);
    let session = world.begin().await;
    let actor = Actor::signed_in(&world.app, &world.root);
    let on = prepare(&world.app, &actor, &session, world.ada.id, "x", &visit(3)).await;
    assert_eq!(code(on), ErrorCode::Forbidden, "not from one into another");
    world.app.advance(Lifetime::seconds(15 * 60));
    assert_eq!(code(world.prepare(world.ada.id, "x").await), ErrorCode::Forbidden);
}

#[tokio::test]
async fn it_ends_with_the_right_the_account_and_the_session_of_who_acts() {
    for end in 0..7 {
        let world = world().await;
        let app = &world.app;
        with_rights(app, "other", &[InstanceRight::InstanceAdmin]).await;
        let session = world.begin().await;
        let operator = Actor::operator();
        let set = async |id, change| change_account(app, &operator, id, &change).await.unwrap();
        let rights = |rights: &[InstanceRight]| AccountChange {
            rights: Some(rights.iter().copied().collect()),
            ..AccountChange::default()
        };
        let closed = AccountChange { state: Some(UserState::Disabled), ..AccountChange::default() };
        let by = By::user(world.ada.id);
        match end {
            0 => drop(set(world.root.id, closed).await),
            1 => drop(set(world.ada.id, closed).await),
            2 => drop(set(world.root.id, rights(&[InstanceRight::UsersManage])).await),
            3 => drop(set(world.ada.id, rights(&[InstanceRight::InstanceAdmin])).await),
            4 => signed_in::end_here(app, &world.own).await.unwrap(),
            5 => assert!(signed_in::end_there(app, by, world.ada.id, session.id).await.unwrap()),
            _ => assert_eq!(end_all(app, &operator, world.ada.id).await.unwrap(), 1),
        }
        assert!(!world.lives().await, "{end}");
    }
}

#[tokio::test]
async fn who_ends_it_is_themselves_again_and_it_never_rests() {
    let world = world().await;
    let session = world.begin().await;
    let back = TokenHash([10; 32]);
    let to = own_session(&session).unwrap();
    switch(&world.app, back, THERE, Switch { to, ends: false }).await.unwrap();
    assert_eq!(find(&world.app, back).await.unwrap().unwrap().session.user_id, world.root.id);
    let sessions = signed_in::count(&world.app, world.ada.id).await.unwrap();
    assert_eq!(sessions, 0);
    let again = Switch { to: session.id, ends: false };
    assert_eq!(switch(&world.app, THERE, back, again).await.unwrap_err().code, ErrorCode::Conflict);
    let root = Actor::signed_in(&world.app, &world.root);
    let filter = Filter { action: Some(Action::USER_IMPERSONATION_ENDED), ..Filter::default() };
    assert_eq!(list(&world.app, &root, &filter, &Paging::first()).await.unwrap().items.len(), 1);
}

#[tokio::test]
async fn a_session_that_ended_while_it_was_prepared_starts_nothing() {
    let world = world().await;
    let impersonation = world.prepare(world.ada.id, "x").await.unwrap();
    signed_in::end_here(&world.app, &world.own).await.unwrap();
    let refused = begin(&world.app, THERE, cookie_of(&world.own), impersonation).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Conflict);
    assert!(!world.lives().await);
}
