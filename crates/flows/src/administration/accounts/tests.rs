use std::sync::Arc;

use postern_domain::ErrorCode;
use postern_storage::users::Only;

use super::*;
use crate::administration::look;
use crate::audit::{Filter, list};
use crate::testing::{self, TestApp};

async fn with_rights(app: &TestApp, name: &str, rights: &[InstanceRight]) -> Actor {
    let user = testing::user(app, name).await;
    let change = AccountChange { rights: Some(rights.iter().copied().collect()), ..AccountChange::default() };
    let user = change_account(app, &Actor::operator(), user.id, &change).await.unwrap();
    Actor::signed_in(app, &Arc::new(user))
}

fn state(state: UserState) -> AccountChange {
    AccountChange { state: Some(state), ..AccountChange::default() }
}

fn rights(rights: &[InstanceRight]) -> AccountChange {
    AccountChange { rights: Some(rights.iter().copied().collect()), ..AccountChange::default() }
}

fn id(actor: &Actor) -> UserId {
    actor.person().unwrap().id
}

#[tokio::test]
async fn administrators_of_users_leave_those_of_the_instance_alone() {
    let app = testing::app().await;
    let root = with_rights(&app, "root", &InstanceRight::ALL).await;
    let manager = with_rights(&app, "manager", &[InstanceRight::UsersManage]).await;
    let ada = testing::user(&app, "ada").await;
    let nobody = Actor::signed_in(&app, &Arc::new(ada.clone()));
    assert_eq!(account(&app, &nobody, ada.id).await.unwrap_err().code, ErrorCode::InsufficientScope);
    let closed = change_account(&app, &manager, ada.id, &state(UserState::Disabled)).await.unwrap();
    assert_eq!(closed.state, UserState::Disabled);
    for change in [state(UserState::Disabled), rights(&[])] {
        let refused = change_account(&app, &manager, id(&root), &change).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::InsufficientScope);
    }
    assert_eq!(sign_out(&app, &manager, id(&root)).await.unwrap_err().code, ErrorCode::InsufficientScope);
    let own = change_account(&app, &manager, id(&manager), &rights(&InstanceRight::ALL)).await.unwrap_err();
    assert_eq!(own.code, ErrorCode::InsufficientScope);
    let own = change_account(&app, &manager, id(&manager), &state(UserState::Disabled)).await.unwrap_err();
    assert_eq!(own.code, ErrorCode::Conflict);
}

#[tokio::test]
async fn one_administrator_stays() {
    let app = testing::app().await;
    let root = with_rights(&app, "root", &[InstanceRight::InstanceAdmin]).await;
    let operator = Actor::operator();
    for (actor, change) in
        [(&root, rights(&[InstanceRight::UsersManage])), (&operator, state(UserState::Disabled))]
    {
        let refused = change_account(&app, actor, id(&root), &change).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::Conflict, "{change:?}");
    }
    let other = with_rights(&app, "other", &[InstanceRight::InstanceAdmin]).await;
    let changed = change_account(&app, &root, id(&root), &rights(&[])).await.unwrap();
    assert!(changed.rights.is_empty());
    // One whose account is closed is none.
    let refused = change_account(&app, &operator, id(&other), &state(UserState::Disabled)).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Conflict);
    // Nothing changes, so nothing is refused.
    let same = rights(&[InstanceRight::InstanceAdmin]);
    assert!(change_account(&app, &operator, id(&other), &same).await.is_ok());
}

#[tokio::test]
async fn what_is_done_is_written_down() {
    let app = testing::app().await;
    let root = with_rights(&app, "root", &InstanceRight::ALL).await;
    let ada = testing::user(&app, "ada").await;
    let change =
        AccountChange { state: Some(UserState::Disabled), rights: Some([InstanceRight::UsersManage].into()) };
    change_account(&app, &root, ada.id, &change).await.unwrap();
    let filter = Filter { user: Some(id(&root)), ..Filter::default() };
    let events = list(&app, &root, &filter, &Paging::first()).await.unwrap().items;
    let actions: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            postern_domain::audit::Event::Act(act) => Some(act.action.code()),
            postern_domain::audit::Event::Call(_) => None,
        })
        .collect();
    for code in ["user.rights_set", "user.state_set"] {
        assert!(actions.contains(&code), "{actions:?}");
    }
    // Of whom nobody is signed in, nobody is signed out.
    assert_eq!(sign_out(&app, &root, ada.id).await.unwrap(), 0);
    let seen = look(&app, &root, ada.id).await.unwrap();
    assert!(seen.events.is_some_and(|events| events.len() >= 2));
    assert_eq!((seen.sessions_total, seen.live_tokens, seen.clients_total), (0, 0, 0));
    assert!(seen.has_password);
}

#[tokio::test]
async fn accounts_are_found_by_how_they_begin_and_by_id() {
    let app = testing::app().await;
    let root = with_rights(&app, "root", &InstanceRight::ALL).await;
    let ada = testing::user(&app, "ada").await;
    testing::user(&app, "adam").await;
    for (begin, only, expected) in [
        (Some(" @ADA"), None, vec!["ada", "adam"]),
        (Some("ada@"), None, vec!["ada"]),
        (Some(ada.id.to_string().as_str()), None, vec!["ada"]),
        (Some(""), None, vec!["adam", "ada", "root"]),
        (None, Some(Only::WithRights), vec!["root"]),
        (None, Some(Only::Disabled), vec![]),
        (Some("%"), None, vec![]),
    ] {
        let search = Search { begin: begin.map(str::to_owned), only };
        let found = accounts(&app, &root, &search, &Paging::first()).await.unwrap();
        let names: Vec<_> = found.items.iter().map(|user| user.username.as_str()).collect();
        assert_eq!(names, expected, "{search:?}");
    }
}
