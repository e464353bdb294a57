use postern_domain::Lifetime;

use super::*;
use crate::testing::{NOW, hash, on_both_databases, race, write};
use crate::{OneTime, consume};

async fn keep(db: &Db, purpose: &'static str, hash: TokenHash) -> Result<(), StorageError> {
    write(db, (purpose, hash), |tx, (purpose, hash)| {
        Box::pin(insert(tx, purpose, *hash, "data", NOW, NOW.plus(Lifetime::seconds(60))))
    })
    .await
}

async fn take(db: Db, purpose: &'static str, hash: TokenHash, now: Timestamp) -> bool {
    write(&db, (purpose, hash, now), |tx, (purpose, hash, now)| {
        Box::pin(consume(tx, OneTime::Value { purpose }, *hash, *now))
    })
    .await
    .unwrap()
}

on_both_databases! {
    async fn of_thirty_two_racers_exactly_one_wins(db: Db) {
        for round in 0..5 {
            keep(&db, "link", hash(round)).await.unwrap();
            let outcomes = race(32, |_| take(db.clone(), "link", hash(round), NOW)).await;
            assert_eq!(outcomes.into_iter().filter(|won| *won).count(), 1);
        }
    }

    async fn of_thirty_two_racers_exactly_one_spends_what_was_not_kept(db: Db) {
        for round in 0..5 {
            let outcomes = race(32, |_| {
                let db = db.clone();
                async move {
                    let later = NOW.plus(Lifetime::seconds(60));
                    write(&db, hash(round), move |tx, hash| Box::pin(spend(tx, "form", *hash, NOW, later)))
                        .await
                        .unwrap()
                }
            });
            assert_eq!(outcomes.await.into_iter().filter(|won| *won).count(), 1);
            assert!(!take(db.clone(), "form", hash(round), NOW).await);
            assert_eq!(find(&db, "form", hash(round), NOW).await.unwrap(), None);
        }
    }

    async fn only_for_its_purpose_and_in_its_time(db: Db) {
        keep(&db, "link", hash(1)).await.unwrap();
        assert!(matches!(keep(&db, "other", hash(1)).await, Err(StorageError::Taken(_))));
        let late = NOW.plus(Lifetime::seconds(60));
        assert!(!take(db.clone(), "other", hash(1), NOW).await);
        assert!(!take(db.clone(), "link", hash(2), NOW).await);
        assert!(!take(db.clone(), "link", hash(1), late).await);
        assert_eq!(find(&db, "link", hash(1), NOW).await.unwrap().as_deref(), Some("data"));
        assert_eq!(find(&db, "link", hash(1), late).await.unwrap(), None);
        assert_eq!(find(&db, "other", hash(1), NOW).await.unwrap(), None);
        assert!(take(db.clone(), "link", hash(1), NOW).await);
        assert_eq!(find(&db, "link", hash(1), NOW).await.unwrap(), None);
        // It cannot come again while it could still be used.
        assert!(keep(&db, "link", hash(1)).await.is_err());
    }

    async fn what_has_expired_is_purged(db: Db) {
        for i in 0..3 {
            keep(&db, "link", hash(i)).await.unwrap();
        }
        keep(&db, "other", hash(9)).await.unwrap();
        let purge = |now| write(&db, now, |tx, now| Box::pin(purge(tx, *now, 10)));
        assert_eq!(purge(NOW).await.unwrap(), 0);
        write(&db, (), |tx, ()| Box::pin(remove_all(tx, "link"))).await.unwrap();
        assert_eq!(purge(NOW.plus(Lifetime::days(1))).await.unwrap(), 1);
    }
}
