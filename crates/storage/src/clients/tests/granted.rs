use postern_domain::{ClientId, ClientMetadata, ClientOwner, GrantedScopes, Scopes, Timestamp};
use sea_orm::{ConnectionTrait, Statement};

use super::{insert_client, later};
use crate::Db;
use crate::clients::{find, note_granted, update_metadata};
use crate::testing::{NOW, on_both_databases, race, random_id, write};

fn scopes(text: &str) -> Scopes {
    text.parse().unwrap()
}

async fn note(db: &Db, id: ClientId, text: &str, at: Timestamp) {
    let input = (id, scopes(text), at);
    write(db, input, |tx, (id, scopes, at)| Box::pin(note_granted(tx, *id, scopes, *at))).await.unwrap();
}

async fn granted(db: &Db, id: ClientId) -> GrantedScopes {
    find(db, id).await.unwrap().unwrap().granted
}

on_both_databases! {
    async fn what_is_issued_adds_up(db: Db) {
        let made = insert_client(&db, ClientOwner::Instance, "App").await;
        let other = insert_client(&db, ClientOwner::Instance, "Other").await;
        assert_eq!(granted(&db, made.id).await, GrantedScopes::since(made.created_at));
        note(&db, made.id, "openid", later(10)).await;
        let since = db.epochs().now();
        note(&db, made.id, "openid email", later(20)).await;
        assert!(!db.epochs().holds(since, &[made.id.0]), "what is cached is read anew");
        let since = db.epochs().now();
        for known in ["email", "openid email", ""] {
            note(&db, made.id, known, later(30)).await;
        }
        assert!(db.epochs().holds(since, &[made.id.0]), "nothing is written that is known");
        assert_eq!(granted(&db, made.id).await.scopes, scopes("openid email"));
        assert_eq!(granted(&db, made.id).await.since, Some(NOW));
        assert!(granted(&db, other.id).await.scopes.is_empty());
        // A client that is gone has nobody to tell.
        note(&db, ClientId(random_id()), "openid", later(10)).await;
    }

    async fn a_change_of_the_registration_takes_nothing_back(db: Db) {
        let made = insert_client(&db, ClientOwner::Instance, "App").await;
        note(&db, made.id, "openid", later(10)).await;
        let without = ClientMetadata { scopes: scopes("email"), ..made.metadata.clone() };
        for metadata in [without, made.metadata.clone()] {
            let input = (made.id, metadata);
            let update = write(&db, input, |tx, (id, metadata)| Box::pin(update_metadata(tx, *id, metadata, NOW)));
            assert!(update.await.unwrap());
        }
        let found = find(&db, made.id).await.unwrap().unwrap();
        assert_eq!(found.unused_scopes(), scopes("email"));
    }

    async fn many_at_once_lose_nothing(db: Db) {
        let made = insert_client(&db, ClientOwner::Instance, "App").await;
        race(32, |i| {
            let db = db.clone();
            async move { note(&db, made.id, &format!("openid s{i}"), later(i as i64)).await }
        })
        .await;
        assert_eq!(granted(&db, made.id).await.scopes.len(), 33);
    }

    /// As a node of the version before leaves it.
    async fn of_a_client_that_an_older_version_made_it_is_noted_from_the_first_token_on(db: Db) {
        let made = insert_client(&db, ClientOwner::Instance, "App").await;
        write(&db, made.id, |tx, id| Box::pin(async move {
            let sql = "UPDATE clients SET granted_scopes = NULL, granted_scopes_since = NULL WHERE id = $1";
            let connection = tx.connection();
            let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, [id.0.into()]);
            connection.execute_raw(statement).await?;
            Ok(())
        }))
        .await
        .unwrap();
        let unknown = find(&db, made.id).await.unwrap().unwrap();
        assert_eq!(unknown.granted, GrantedScopes::default());
        assert!(unknown.unused_scopes().is_empty() && !unknown.was_always_seen());
        note(&db, made.id, "openid", later(10)).await;
        let known = find(&db, made.id).await.unwrap().unwrap();
        assert_eq!((known.granted.since, known.unused_scopes()), (Some(later(10)), scopes("email")));
        assert!(!known.was_always_seen());
    }
}
