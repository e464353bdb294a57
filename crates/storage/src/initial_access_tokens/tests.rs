use postern_domain::Lifetime;

use super::*;
use crate::testing::{NOW, hash, on_both_databases, race, random_id, write};

fn token(byte: u8, most_uses: Option<u32>) -> InitialAccessToken {
    InitialAccessToken {
        id: InitialAccessTokenId(random_id()),
        hash: hash(byte),
        name: "Build server".to_owned(),
        created_at: NOW,
        expires_at: Some(NOW.plus(Lifetime::seconds(60))),
        most_uses,
        uses: 0,
        last_used_at: None,
    }
}

async fn kept(db: &Db, byte: u8, most_uses: Option<u32>) -> InitialAccessToken {
    let token = token(byte, most_uses);
    write(db, token.clone(), |tx, token| Box::pin(insert(tx, token))).await.unwrap();
    token
}

async fn taken(db: &Db, byte: u8, now: Timestamp) -> bool {
    write(db, (), move |tx, ()| Box::pin(take(tx, hash(byte), now))).await.unwrap().is_some()
}

on_both_databases! {
    async fn as_many_get_through_as_there_are_uses(db: Db) {
        let made = kept(&db, 1, Some(3)).await;
        assert_eq!(find(&db, made.hash).await.unwrap(), Some(made.clone()));
        let outcomes = race(32, |_| {
            let db = db.clone();
            async move { taken(&db, 1, NOW).await }
        })
        .await;
        assert_eq!(outcomes.into_iter().filter(|taken| *taken).count(), 3);
        let used = find(&db, made.hash).await.unwrap().unwrap();
        assert_eq!((used.uses, used.last_used_at), (3, Some(NOW)));
        assert!(made.is_live(NOW) && !used.is_live(NOW));
    }

    async fn one_without_a_bound_works_until_it_ends(db: Db) {
        let made = kept(&db, 1, None).await;
        let end = made.expires_at.unwrap();
        for _ in 0..5 {
            assert!(taken(&db, 1, NOW).await);
        }
        assert!(!taken(&db, 1, end).await && !made.is_live(end));
        assert!(!taken(&db, 2, NOW).await, "there is no such token");
    }

    async fn it_is_listed_ended_and_forgotten(db: Db) {
        let (first, second) = (kept(&db, 1, None).await, kept(&db, 2, None).await);
        assert_eq!(list(&db).await.unwrap().len(), 2);
        assert!(write(&db, first.id, |tx, id| Box::pin(delete(tx, *id))).await.unwrap());
        assert!(!write(&db, first.id, |tx, id| Box::pin(delete(tx, *id))).await.unwrap());
        assert!(!taken(&db, 1, NOW).await);
        let purged = async |before| write(&db, before, |tx, before| Box::pin(purge(tx, *before, 10))).await;
        let end = second.expires_at.unwrap();
        assert_eq!(purged(end).await.unwrap(), 0);
        assert_eq!(purged(end.plus(Lifetime::seconds(1))).await.unwrap(), 1);
        assert_eq!(list(&db).await.unwrap(), []);
    }
}
