use std::collections::BTreeSet;

use postern_domain::{Client, Role};
use postern_storage::organizations as stored;

use super::*;
use crate::clients::{self, ClientDraft, NewClient};
use crate::party::Party;
use crate::testing::{HERE, TestApp, app, new_user, organization, user};
use crate::users::Standing;
use crate::{bearer, upkeep};

const WAIT: Lifetime = Lifetime::days(14);

async fn joins(app: &App, organization: &Organization, user: &User, role: Role) {
    teams::add(app, &Actor::operator(), organization.id, user.id, role).await.unwrap();
}

fn slugs(organizations: &[Organization]) -> Vec<&str> {
    organizations.iter().map(|organization| organization.slug.as_str()).collect()
}

async fn account(app: &App, user: &User) -> Option<User> {
    users::find(&app.db, user.id).await.unwrap()
}

async fn administrator(app: &TestApp, name: &str) -> User {
    let rights = BTreeSet::from([InstanceRight::InstanceAdmin]);
    let standing = Standing { rights, ..Standing::default() };
    crate::users::create(app, &new_user(name), standing).await.unwrap()
}

async fn own_client(app: &App, owner: &User) -> Client {
    let draft = ClientDraft {
        name: "Notes".into(),
        client_type: "confidential".into(),
        redirect_uris: vec!["https://notes.example/callback".into()],
        homepage_url: "https://notes.example".into(),
        ..ClientDraft::blank()
    };
    let new = NewClient { draft, owner: ClientOwner::User(owner.id), identifier: None, secret: None };
    clients::create(app, Manager::User(owner), new).await.unwrap().client
}

#[tokio::test]
async fn what_goes_with_an_account_is_said_first() {
    let party = Party::new().await;
    let (app, ada, bob) = (&party.app, &party.user, user(&party.app, "bob").await);
    organization(app, "alone", ada.id).await;
    joins(app, &organization(app, "only-owner", ada.id).await, &bob, Role::Admin).await;
    joins(app, &organization(app, "of-both", ada.id).await, &bob, Role::Owner).await;
    joins(app, &organization(app, "of-bob", bob.id).await, ada, Role::Member).await;
    let found = consequences(app, ada).await.unwrap();
    assert_eq!(slugs(&found.deleted), ["alone"]);
    assert_eq!(slugs(&found.in_the_way), ["only-owner"]);
    assert_eq!(slugs(&found.left), ["of-bob", "of-both"]);
    assert!(!found.is_last_administrator);
    let refused = found.check().unwrap_err();
    assert_eq!(refused.code, ErrorCode::Conflict);
    assert!(refused.to_string().contains("“only-owner”"), "{refused}");
    let asked = ask(app, ada, &party.session, "ada").await;
    assert!(matches!(asked, Err(FormRefusal::Refused(refused)) if refused.code == ErrorCode::Conflict));
    assert_eq!(account(app, ada).await.unwrap().deletes_at, None);
}

#[tokio::test]
async fn an_account_goes_when_the_time_to_take_it_back_is_over() {
    let party = Party::new().await;
    let (app, ada, bob) = (&party.app, &party.user, user(&party.app, "bob").await);
    let alone = organization(app, "alone", ada.id).await;
    let of_bob = organization(app, "of-bob", bob.id).await;
    joins(app, &of_bob, ada, Role::Admin).await;
    let notes = own_client(app, ada).await;

    let asked = ask(app, ada, &party.session, "bob").await;
    assert!(matches!(asked, Err(FormRefusal::Fields(errors)) if errors.0[0].field == "confirm"));
    let at = app.clock.now().plus(WAIT);
    assert_eq!(ask(app, ada, &party.session, " ada ").await.unwrap(), Asked::For(at));
    assert_eq!(account(app, ada).await.unwrap().deletes_at, Some(at));
    app.advance(Lifetime::seconds(WAIT.as_seconds() - 1));
    upkeep::pass(app).await.unwrap();
    let waiting = account(app, ada).await.unwrap();
    take_back(app, &waiting).await.unwrap();
    app.advance(WAIT);
    upkeep::pass(app).await.unwrap();
    let kept = account(app, ada).await.unwrap();
    assert_eq!(kept.deletes_at, None);

    assert_eq!(ask(app, &kept, &party.session, "ada").await.unwrap(), Asked::NeedsProof);
    let session = Session { auth_time: app.clock.now(), ..party.session.clone() };
    ask(app, &kept, &session, "ada").await.unwrap();
    let told = || async { postern_storage::mails::due(&app.db, Timestamp(i64::MAX), 9).await.unwrap() };
    assert_eq!(told().await.len(), 0, "an address that is not confirmed may be anybody's");
    app.advance(Lifetime::seconds(WAIT.as_seconds() - 60));
    let token = party.tokens().await.access_token;
    assert!(bearer::verdict(app, token.reveal(), HERE).await.is_ok());
    app.advance(Lifetime::seconds(60));
    upkeep::pass(app).await.unwrap();
    assert_eq!(account(app, ada).await, None);
    assert_eq!(stored::find(&app.db, alone.id).await.unwrap(), None);
    assert_eq!(stored::role(&app.db, of_bob.id, bob.id).await.unwrap(), Some(Role::Owner));
    assert_eq!(stored::role(&app.db, of_bob.id, ada.id).await.unwrap(), None);
    assert!(clients::find(app, Manager::Operator, notes.identifier.as_str()).await.is_err());
    assert!(bearer::verdict(app, token.reveal(), HERE).await.is_err());
    // The name is free again.
    assert_ne!(user(app, "ada").await.id, ada.id);
}

#[tokio::test]
async fn an_account_that_became_the_only_owner_waits() {
    let party = Party::new().await;
    let (app, ada, bob) = (&party.app, &party.user, user(&party.app, "bob").await);
    ask(app, ada, &party.session, "ada").await.unwrap();
    joins(app, &organization(app, "new-one", ada.id).await, &bob, Role::Member).await;
    app.advance(WAIT);
    upkeep::pass(app).await.unwrap();
    assert_eq!(account(app, ada).await.unwrap().deletes_at, Some(app.clock.now().plus(A_DAY)));
}

#[tokio::test]
async fn an_administrator_deletes_others_but_not_the_last_administrator() {
    let app = app().await;
    let standing = Standing { email_verified: true, ..Standing::default() };
    let bob = crate::users::create(&app, &new_user("bob"), standing).await.unwrap();
    let ada = Arc::new(administrator(&app, "ada").await);
    let by_ada = Actor::signed_in(&app, &ada);
    assert_eq!(delete(&app, &by_ada, &ada).await.unwrap_err().code, ErrorCode::Conflict);
    let by_bob = Actor::signed_in(&app, &Arc::new(bob.clone()));
    assert_eq!(delete(&app, &by_bob, &ada).await.unwrap_err().code, ErrorCode::InsufficientScope);
    let last = delete(&app, &Actor::operator(), &ada).await.unwrap_err();
    assert_eq!(last, last_administrator());
    delete(&app, &by_ada, &bob).await.unwrap();
    let told = postern_storage::mails::due(&app.db, app.clock.now(), 9).await.unwrap();
    assert_eq!(told.iter().map(|mail| mail.kind.as_str()).collect::<Vec<_>>(), ["account_end"]);
    assert_eq!(delete(&app, &by_ada, &bob).await.unwrap_err().code, ErrorCode::NotFound);
    administrator(&app, "cyd").await;
    delete(&app, &Actor::operator(), &ada).await.unwrap();
    assert_eq!(account(&app, &ada).await, None);
}
