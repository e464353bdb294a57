use postern_domain::{AuthMethodReference, Session, UserId, UserState, WebUrl};

use super::*;
use crate::testing::{NOW, hash, insert_client, insert_user, on_both_databases, race, random_id, write};
use crate::{sessions, users};

const LEASE: Lifetime = Lifetime::seconds(60);

async fn listen(db: &Db, client: ClientId) {
    let mut metadata = clients::find(db, client).await.unwrap().unwrap().metadata;
    metadata.backchannel_logout_uri = Some(WebUrl::parse("https://app.example/logout").unwrap());
    let change = write(db, (client, metadata), |tx, (client, metadata)| {
        Box::pin(clients::update_metadata(tx, *client, metadata, NOW))
    });
    change.await.unwrap();
}

/// A session of this person in which these clients got an id_token.
async fn session(db: &Db, user: UserId, number: u8, with: &[ClientId]) -> SessionId {
    let session = Session {
        id: SessionId(random_id()),
        user_id: user,
        auth_time: NOW,
        amr: vec![AuthMethodReference::Pwd],
        created_at: NOW,
        last_seen_at: NOW,
        expires_at: NOW.plus(Lifetime::days(90)),
        user_agent: "Firefox".to_owned(),
        address: "203.0.113.7".to_owned(),
        browser_id: None,
        impersonator: None,
    };
    let id = session.id;
    let part = |client_id: &ClientId| SessionClient {
        id: SessionClientId(random_id()),
        session_id: id,
        client_id: *client_id,
        subject: Subject::User(user),
    };
    let parts: Vec<_> = with.iter().map(part).collect();
    let kept = write(db, (session, parts), move |tx, (session, parts)| {
        Box::pin(async move {
            sessions::insert(tx, hash(number), session, "{}").await?;
            for part in parts {
                assert!(session_clients::join(tx, part).await?);
            }
            Ok(())
        })
    });
    kept.await.unwrap();
    id
}

async fn told(db: &Db) -> BTreeSet<(SessionId, ClientId)> {
    let due = due(db, NOW, 99).await.unwrap();
    due.into_iter().map(|notice| (notice.session_id, notice.client_id)).collect()
}

on_both_databases! {
    async fn whoever_ends_sessions_tells_the_clients_that_listen(db: Db) {
        let (ada, bob) = (insert_user(&db, "ada").await, insert_user(&db, "bob").await);
        let (one, two, deaf) =
            (insert_client(&db, "one").await, insert_client(&db, "two").await, insert_client(&db, "deaf").await);
        listen(&db, one).await;
        listen(&db, two).await;
        let first = session(&db, ada.id, 1, &[one, deaf]).await;
        let second = session(&db, ada.id, 2, &[one, two]).await;
        let third = session(&db, ada.id, 3, &[two]).await;
        session(&db, ada.id, 4, &[]).await;
        session(&db, bob.id, 5, &[one]).await;

        write(&db, (), |tx, ()| Box::pin(sessions::end(tx, hash(1), NOW))).await.unwrap();
        assert_eq!(told(&db).await, [(first, one)].into());
        let by_id = write(&db, (ada.id, second), |tx, (user, id)| {
            Box::pin(sessions::end_by_id(tx, *user, *id, NOW))
        });
        assert!(by_id.await.unwrap());
        assert_eq!(told(&db).await, [(first, one), (second, one), (second, two)].into());
        let all = write(&db, ada.id, |tx, user| Box::pin(sessions::end_others(tx, *user, None, NOW)));
        assert_eq!(all.await.unwrap(), 2);
        assert_eq!(told(&db).await, [(first, one), (second, one), (second, two), (third, two)].into());
        assert_eq!(list(&db, one, None, 9).await.unwrap().len(), 2);
    }

    async fn a_client_that_is_closed_is_told_nothing(db: Db) {
        let (ada, client) = (insert_user(&db, "ada").await, insert_client(&db, "app").await);
        listen(&db, client).await;
        session(&db, ada.id, 1, &[client]).await;
        write(&db, client, |tx, id| Box::pin(clients::set_disabled(tx, *id, true, NOW))).await.unwrap();
        write(&db, ada.id, |tx, id| Box::pin(users::set_state(tx, *id, UserState::Disabled, NOW))).await.unwrap();
        write(&db, (), |tx, ()| Box::pin(sessions::end(tx, hash(1), NOW))).await.unwrap();
        assert!(told(&db).await.is_empty());
    }

    async fn one_node_delivers_and_what_came_of_it_is_kept(db: Db) {
        let (ada, client) = (insert_user(&db, "ada").await, insert_client(&db, "app").await);
        listen(&db, client).await;
        session(&db, ada.id, 1, &[client]).await;
        write(&db, (), |tx, ()| Box::pin(sessions::end(tx, hash(1), NOW))).await.unwrap();
        let notice = due(&db, NOW, 9).await.unwrap().remove(0);
        let won = race(32, |_| {
            let (db, notice) = (db.clone(), notice.clone());
            async move { write(&db, notice, |tx, notice| Box::pin(claim(tx, notice, NOW, LEASE))).await.unwrap() }
        });
        assert_eq!(won.await.into_iter().filter(|won| *won).count(), 1);
        let later = NOW.plus(Lifetime::seconds(30));
        let refused = NoticeOutcome { status: Some(503), problem: Some("it answered 503".to_owned()) };
        let noted = refused.clone();
        write(&db, notice.id, move |tx, id| {
            let outcome = noted.clone();
            Box::pin(async move { failed(tx, *id, &outcome, Some(later)).await })
        })
        .await
        .unwrap();
        let [again] = due(&db, later, 9).await.unwrap().try_into().unwrap();
        assert_eq!((again.tries, again.outcome), (1, refused));
        let taken = NoticeOutcome { status: Some(200), problem: None };
        write(&db, notice.id, move |tx, id| {
            let outcome = taken.clone();
            Box::pin(async move { delivered(tx, *id, &outcome, later).await })
        })
        .await
        .unwrap();
        assert!(due(&db, NOW.plus(LEASE), 9).await.unwrap().is_empty());
        let [kept] = list(&db, client, None, 9).await.unwrap().try_into().unwrap();
        assert_eq!((kept.delivered_at, kept.next_try_at, kept.outcome.status), (Some(later), None, Some(200)));
        assert_eq!(list(&db, client, Some((kept.created_at, kept.id)), 9).await.unwrap(), []);
        let purge = |before| write(&db, before, |tx, before| Box::pin(purge(tx, *before, 9)));
        assert_eq!((purge(NOW).await.unwrap(), purge(later).await.unwrap()), (0, 1));
    }
}
