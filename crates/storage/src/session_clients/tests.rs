use postern_domain::{AuthMethodReference, Session, Subject, UserId};

use super::*;
use crate::testing::{NOW, hash, insert_client, insert_user, on_both_databases, race, random_id, write};
use crate::{clients, sessions};

async fn session(db: &Db, user: UserId) -> SessionId {
    let session = Session {
        id: SessionId(random_id()),
        user_id: user,
        auth_time: NOW,
        amr: vec![AuthMethodReference::Pwd],
        created_at: NOW,
        last_seen_at: NOW,
        expires_at: NOW.plus(postern_domain::Lifetime::days(90)),
        user_agent: "Firefox".to_owned(),
        address: "203.0.113.7".to_owned(),
        browser_id: None,
        impersonator: None,
    };
    let id = session.id;
    write(db, session, |tx, session| Box::pin(sessions::insert(tx, hash(1), session, "{}"))).await.unwrap();
    id
}

fn part(session_id: SessionId, client_id: ClientId, user: UserId) -> SessionClient {
    let id = SessionClientId(random_id());
    SessionClient { id, session_id, client_id, subject: Subject::User(user) }
}

async fn joined(db: &Db, part: &SessionClient) -> bool {
    // What cannot join leaves nothing behind.
    let change = write(db, part.clone(), |tx, part| {
        Box::pin(async move {
            match join(tx, part).await? {
                true => Ok(()),
                false => Err(StorageError::Taken("nothing: the session is over".to_owned())),
            }
        })
    });
    change.await.is_ok()
}

on_both_databases! {
    async fn a_client_is_in_a_session_once_for_each_subject(db: Db) {
        let (ada, client) = (insert_user(&db, "ada").await, insert_client(&db, "app").await);
        let session = session(&db, ada.id).await;
        let first = part(session, client, ada.id);
        assert!(joined(&db, &first).await && joined(&db, &part(session, client, ada.id)).await);
        assert_eq!(of_session(&db, session).await.unwrap(), std::slice::from_ref(&first));
        let team = Subject::Organization(postern_domain::OrganizationId(random_id()));
        assert!(joined(&db, &SessionClient { subject: team, ..part(session, client, ada.id) }).await);
        assert_eq!(of_session(&db, session).await.unwrap().len(), 2);
        write(&db, client, |tx, id| Box::pin(clients::delete(tx, *id))).await.unwrap();
        assert!(of_session(&db, session).await.unwrap().is_empty());
    }

    async fn nobody_joins_a_session_that_is_over(db: Db) {
        let (ada, client) = (insert_user(&db, "ada").await, insert_client(&db, "app").await);
        let session = session(&db, ada.id).await;
        let outcomes = race(24, |number| {
            let (db, part) = (db.clone(), part(session, client, ada.id));
            async move {
                if number == 12 {
                    write(&db, (), |tx, ()| Box::pin(sessions::end(tx, hash(1), NOW))).await.unwrap();
                    return true;
                }
                joined(&db, &part).await
            }
        });
        outcomes.await;
        assert!(of_session(&db, session).await.unwrap().is_empty());
        assert!(!joined(&db, &part(session, client, ada.id)).await);
    }
}
