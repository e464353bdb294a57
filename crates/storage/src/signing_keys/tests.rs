use std::slice;

use postern_domain::Lifetime;

use super::*;
use crate::testing::{NOW, on_both_databases, race, write};

fn new(kid: &str) -> StoredKey {
    StoredKey {
        kid: kid.to_owned(),
        algorithm: SigningAlgorithm::Es256,
        public_jwk: "{}".to_owned(),
        sealed_private_key: vec![1, 2, 3],
        created_at: NOW,
        signs_from: None,
        signs_until: None,
        removed_at: None,
    }
}

async fn schedule(db: Db, from: Timestamp) -> bool {
    write(&db, from, |tx, from| Box::pin(begin(tx, "a", *from))).await.unwrap()
}

on_both_databases! {
    async fn a_key_is_scheduled_once_and_goes_when_it_is_removed(db: Db) {
        write(&db, new("a"), |tx, key| Box::pin(insert_many(tx, slice::from_ref(key)))).await.unwrap();
        assert_eq!(list(&db, NOW).await.unwrap(), [new("a")]);
        let won = race(32, |i| schedule(db.clone(), NOW.plus(Lifetime::seconds(i as i64)))).await;
        assert_eq!(won.iter().filter(|won| **won).count(), 1);
        let (until, removed) = (NOW.plus(Lifetime::seconds(100)), NOW.plus(Lifetime::seconds(200)));
        write(&db, (until, removed), |tx, (until, removed)| Box::pin(retire(tx, "a", *until, *removed)))
            .await
            .unwrap();
        let kept = list(&db, NOW).await.unwrap().pop().unwrap();
        assert_eq!((kept.signs_until, kept.removed_at), (Some(until), Some(removed)));
        assert!(list(&db, removed).await.unwrap().is_empty());
        let purge = |now| write(&db, now, |tx, now| Box::pin(delete_removed(tx, *now)));
        assert_eq!(purge(removed).await.unwrap(), 0);
        assert_eq!(purge(removed.plus(Lifetime::seconds(1))).await.unwrap(), 1);
    }
}
