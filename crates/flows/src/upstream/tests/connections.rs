use postern_domain::{ErrorCode, Lifetime};
use postern_storage::StorageError;
use postern_storage::passkeys::{self, Passkey};

use super::*;
use crate::Actor;
use crate::administration::{self, ProviderInUse};

async fn connect(world: &World, (user, session): &(User, Session), subject: &str) -> Result<Done, Trouble> {
    let purpose = Purpose::Connect { user: user.id, session: session.id };
    world.as_somebody(purpose, Some((user, session)), subject).await
}

#[tokio::test]
async fn one_account_is_opened_by_several_and_nobody_opens_two() {
    let world = World::new().await;
    let (ada, eve) = (world.person("ada").await, world.person("eve").await);
    for subject in ["one", "two", "one"] {
        assert!(matches!(connect(&world, &ada, subject).await, Ok(Done::Connected)));
    }
    assert_eq!(connect(&world, &eve, "one").await.unwrap_err(), Trouble::Elsewhere);
    let seen = connections(&world.app, &ada.0).await.unwrap();
    let subjects: Vec<_> = seen.iter().map(|one| one.identity.subject.as_str()).collect();
    assert_eq!(subjects, ["one", "two"]);
    assert!(seen.iter().all(|one| one.label == "The stub" && one.can_go && one.is_in_force));
    for subject in ["one", "two"] {
        assert_eq!(arrived(world.as_somebody(sign_in(), None, subject).await).user.id, ada.0.id);
    }
    assert!(connections(&world.app, &eve.0).await.unwrap().is_empty());
}

#[tokio::test]
async fn it_is_connected_to_whoever_began_it_in_the_session_it_was_begun_in() {
    let world = World::new().await;
    let (ada, eve) = (world.person("ada").await, world.person("eve").await);
    let other_session = Session { id: world.app.new_id(), ..ada.1.clone() };
    for person in [None, Some((&eve.0, &eve.1)), Some((&ada.0, &other_session))] {
        let purpose = Purpose::Connect { user: ada.0.id, session: ada.1.id };
        let done = world.as_somebody(purpose, person, "one").await;
        assert_eq!(done.unwrap_err(), Trouble::SomebodyElse);
    }
    assert!(connections(&world.app, &ada.0).await.unwrap().is_empty());
    assert!(connections(&world.app, &eve.0).await.unwrap().is_empty());
}

#[tokio::test]
async fn there_is_an_end_to_connecting() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    for number in 0..20 {
        connect(&world, &ada, &number.to_string()).await.unwrap();
    }
    assert_eq!(connect(&world, &ada, "20").await.unwrap_err(), Trouble::Enough);
}

#[tokio::test]
async fn a_way_in_is_always_left() {
    let world = World::new().await;
    let arrival = arrived(world.as_somebody(sign_in(), None, "one").await);
    world.keep(&arrival).await;
    let (user, session) = (arrival.user, arrival.session);
    let [one] = connections(&world.app, &user).await.unwrap().try_into().unwrap();
    assert!(!one.can_go);
    let refused = disconnect(&world.app, &user, &session, one.identity.id).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Conflict);
    connect(&world, &(user.clone(), session.clone()), "two").await.unwrap();
    assert!(connections(&world.app, &user).await.unwrap().iter().all(|one| one.can_go));
    disconnect(&world.app, &user, &session, one.identity.id).await.unwrap();
    let gone = disconnect(&world.app, &user, &session, one.identity.id).await.unwrap_err();
    assert_eq!(gone.code, ErrorCode::NotFound);
    // What was disconnected is a stranger's again, whose address is taken.
    let stranger = world.as_somebody(sign_in(), None, "one").await;
    assert_eq!(stranger.unwrap_err(), Trouble::EmailTaken);
    let [two] = connections(&world.app, &user).await.unwrap().try_into().unwrap();
    let refused = disconnect(&world.app, &user, &session, two.identity.id).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Conflict);
}

#[tokio::test]
async fn it_is_disconnected_by_its_owner_after_a_fresh_sign_in() {
    let world = World::new().await;
    let (ada, eve) = (world.person("ada").await, world.person("eve").await);
    connect(&world, &ada, "one").await.unwrap();
    let [one] = connections(&world.app, &ada.0).await.unwrap().try_into().unwrap();
    let id = one.identity.id;
    let refused = disconnect(&world.app, &eve.0, &eve.1, id).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::NotFound);
    world.app.advance(Lifetime::seconds(3_600));
    let refused = disconnect(&world.app, &ada.0, &ada.1, id).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Forbidden);
    let fresh = Session { auth_time: world.app.clock.now(), ..ada.1.clone() };
    disconnect(&world.app, &ada.0, &fresh, id).await.unwrap();
    assert!(connections(&world.app, &ada.0).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_passkey_is_a_way_in_and_the_last_one_stays() {
    let world = World::new().await;
    let arrival = arrived(world.as_somebody(sign_in(), None, "one").await);
    world.keep(&arrival).await;
    let (user, session) = (arrival.user, arrival.session);
    let passkey = Passkey {
        id: world.app.new_id(),
        user_id: user.id,
        credential_id: vec![1],
        name: "Key".to_owned(),
        credential: "{}".to_owned(),
        counter: 0,
        created_at: world.app.clock.now(),
        last_used_at: None,
        locked_at: None,
    };
    let id = passkey.id;
    let kept: Result<(), StorageError> =
        world.app.db.write(passkey, |tx, passkey| Box::pin(passkeys::insert(tx, passkey))).await;
    kept.unwrap();
    let [one] = connections(&world.app, &user).await.unwrap().try_into().unwrap();
    assert!(one.can_go);
    disconnect(&world.app, &user, &session, one.identity.id).await.unwrap();
    let refused = crate::passkeys::remove(&world.app, &user, id).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Conflict);
    connect(&world, &(user.clone(), session), "one").await.unwrap();
    crate::passkeys::remove(&world.app, &user, id).await.unwrap();
}

#[tokio::test]
async fn administrators_see_how_a_provider_does() {
    let world = World::new().await;
    let providers = async || {
        let found = administration::providers(&world.app, &Actor::operator()).await.unwrap();
        <[ProviderInUse; 1]>::try_from(found).unwrap()
    };
    let [before] = providers().await;
    assert_eq!((before.connected, before.last_used_at, before.is_reached), (0, None, Some(true)));
    assert!(before.callback_url.ends_with("/login/upstream/stub/callback"), "{before:?}");
    connect(&world, &world.person("ada").await, "one").await.unwrap();
    arrived(world.as_somebody(sign_in(), None, "one").await);
    let [after] = providers().await;
    assert_eq!((after.connected, after.last_used_at), (1, Some(world.app.clock.now())));
    let ada = Arc::new(world.person("eve").await.0);
    let nobody = Actor::signed_in(&world.app, &ada);
    assert_eq!(
        administration::providers(&world.app, &nobody).await.unwrap_err().code,
        ErrorCode::InsufficientScope
    );
}
