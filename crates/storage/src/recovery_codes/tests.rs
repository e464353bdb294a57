use super::*;
use crate::testing::{NOW, hash, insert_user, on_both_databases, race, write};

async fn keep(db: &Db, user: UserId, codes: Vec<TokenHash>) {
    write(db, (user, codes), |tx, (user, codes)| Box::pin(replace(tx, *user, codes, NOW))).await.unwrap();
}

async fn take(db: Db, user: UserId, code: TokenHash) -> bool {
    write(&db, (user, code), |tx, (user, code)| Box::pin(spend(tx, *user, *code))).await.unwrap()
}

on_both_databases! {
    async fn of_thirty_two_racers_exactly_one_uses_a_code(db: Db) {
        let ada = insert_user(&db, "ada").await.id;
        keep(&db, ada, (0..5).map(hash).collect()).await;
        for round in 0..5 {
            let outcomes = race(32, |_| take(db.clone(), ada, hash(round))).await;
            assert_eq!(outcomes.into_iter().filter(|won| *won).count(), 1);
            assert_eq!(count(&db, ada).await.unwrap(), 4 - u64::from(round));
        }
    }

    async fn new_codes_take_the_place_of_the_old_and_are_of_one_account(db: Db) {
        let (ada, bob) = (insert_user(&db, "ada").await.id, insert_user(&db, "bob").await.id);
        keep(&db, ada, vec![hash(1), hash(2)]).await;
        keep(&db, bob, vec![hash(3)]).await;
        assert!(!take(db.clone(), bob, hash(1)).await);
        keep(&db, ada, vec![hash(4)]).await;
        assert!(!take(db.clone(), ada, hash(1)).await);
        assert!(take(db.clone(), ada, hash(4)).await);
        keep(&db, bob, Vec::new()).await;
        assert_eq!((count(&db, ada).await.unwrap(), count(&db, bob).await.unwrap()), (0, 0));
    }
}
