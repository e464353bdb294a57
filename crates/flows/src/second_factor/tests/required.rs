use std::sync::Arc;

use postern_domain::audit::By;
use postern_domain::{ErrorCode, InstanceRight, Role, Session, User};
use postern_storage::users;

use crate::organizations::{self, NewOrganization, PolicyDraft};
use crate::second_factor::{self as flow, Owed, Removal, owed, remove, reset, why_kept};
use crate::testing::{self, PASSWORD, TestApp, second_factor, visit};
use crate::{Actor, Config, RequiredOf, session_api_token};

async fn server(required_of: RequiredOf) -> TestApp {
    let mut config = Config::default();
    config.second_factor.required_of = required_of;
    config.session_api_token.enabled = true;
    testing::app_with(config).await
}

async fn arrived(app: &TestApp, name: &str) -> (User, Session) {
    testing::user(app, name).await;
    let password = postern_domain::Plain::new(PASSWORD.into());
    let arrival = testing::sign_in(app, name, &password, &visit(1)).await.unwrap();
    (arrival.user, arrival.session)
}

fn whole(session: &Session) -> Session {
    let amr = postern_domain::AuthMethodReference::PASSWORD_AND_CODE.to_vec();
    Session { amr, ..session.clone() }
}

#[tokio::test]
async fn it_is_asked_of_whom_the_settings_say() {
    for (required_of, of_ada, of_admin) in [
        (RequiredOf::Nobody, None, None),
        (RequiredOf::Administrators, None, Some(Owed::SetUp)),
        (RequiredOf::Everybody, Some(Owed::SetUp), Some(Owed::SetUp)),
    ] {
        let app = server(required_of).await;
        let (ada, session) = arrived(&app, "ada").await;
        assert_eq!(owed(&app, &ada, &session).await.unwrap(), of_ada, "{required_of:?}");
        // Any right over the server will do.
        let admin = User { rights: [InstanceRight::UsersManage].into(), ..ada.clone() };
        assert_eq!(owed(&app, &admin, &session).await.unwrap(), of_admin, "{required_of:?}");
        second_factor(&app, ada.id).await;
        let of_older = of_admin.map(|_| Owed::Prove);
        assert_eq!(owed(&app, &admin, &session).await.unwrap(), of_older, "a session of before");
        assert_eq!(owed(&app, &admin, &whole(&session)).await.unwrap(), None);
    }
}

#[tokio::test]
async fn the_token_of_a_page_is_had_with_it_only() {
    let app = server(RequiredOf::Everybody).await;
    let (ada, session) = arrived(&app, "ada").await;
    let refused = session_api_token::obtain(&app, &session).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Forbidden);
    second_factor(&app, ada.id).await;
    // There is no such session; what is asked first is met.
    let refused = session_api_token::obtain(&app, &whole(&session)).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::LoginRequired);
}

#[tokio::test]
async fn the_last_one_stays_while_the_server_asks_for_it() {
    let app = server(RequiredOf::Everybody).await;
    let (ada, _) = arrived(&app, "ada").await;
    second_factor(&app, ada.id).await;
    assert!(why_kept(&app, &ada).await.unwrap().is_some());
    let refused = remove(&app, &ada).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Conflict);
    assert!(flow::state(&app, ada.id).await.unwrap().is_some());
    // Who has lost it is helped all the same.
    reset(&app, &ada, By::Operator).await.unwrap();
    assert!(flow::state(&app, ada.id).await.unwrap().is_none());
    assert!(users::find(&app.db, ada.id).await.unwrap().is_some());
}

#[tokio::test]
async fn the_last_one_stays_while_an_organization_asks_for_it() {
    let app = server(RequiredOf::Nobody).await;
    let (ada, _) = arrived(&app, "ada").await;
    let (bob, _) = arrived(&app, "bob").await;
    let new = NewOrganization { name: "Acme".into(), slug: String::new() };
    let owner = Actor::signed_in(&app, &Arc::new(ada.clone()));
    let acme = organizations::create(&app, &owner, &new, ada.id).await.unwrap();
    organizations::add(&app, &Actor::operator(), acme.id, bob.id, Role::Member).await.unwrap();
    for one in [&ada, &bob] {
        second_factor(&app, one.id).await;
    }
    let draft = PolicyDraft { members_need_second_factor: true, ..PolicyDraft::default() };
    organizations::set_policy(&app, &owner, acme.id, &draft).await.unwrap();
    let why = why_kept(&app, &bob).await.unwrap().unwrap().to_string();
    assert!(why.starts_with("Acme asks its members"), "{why}");
    assert_eq!(remove(&app, &bob).await.unwrap_err().description, why);
    organizations::remove(&app, &owner, acme.id, bob.id).await.unwrap();
    assert_eq!(why_kept(&app, &bob).await.unwrap(), None);
    assert!(remove(&app, &bob).await.unwrap());
    assert_eq!(Removal::own(&app, &bob), Removal::Own { is_asked: false });
}
