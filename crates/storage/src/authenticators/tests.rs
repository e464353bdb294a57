use super::*;
use crate::testing::{NOW, insert_user, on_both_databases, race, write};

fn app(secret: u8) -> Authenticator {
    Authenticator { secret: vec![secret; 40], last_step: 10, created_at: NOW }
}

async fn keep(db: &Db, user: UserId, app: Authenticator) {
    write(db, (user, app), |tx, (user, app)| Box::pin(put(tx, *user, app))).await.unwrap();
}

async fn take(db: Db, user: UserId, secret: u8, step: i64) -> bool {
    write(&db, (user, step), move |tx, (user, step)| {
        Box::pin(async move { spend(tx, *user, &[secret; 40], *step).await })
    })
    .await
    .unwrap()
}

on_both_databases! {
    async fn of_thirty_two_racers_exactly_one_takes_a_code(db: Db) {
        let ada = insert_user(&db, "ada").await.id;
        keep(&db, ada, app(1)).await;
        for step in 11..15 {
            let outcomes = race(32, |_| take(db.clone(), ada, 1, step)).await;
            assert_eq!(outcomes.into_iter().filter(|won| *won).count(), 1);
        }
    }

    async fn codes_are_taken_in_their_order_and_of_the_present_secret(db: Db) {
        let ada = insert_user(&db, "ada").await.id;
        let bob = insert_user(&db, "bob").await.id;
        assert_eq!(find(&db, ada).await.unwrap(), None);
        assert!(!take(db.clone(), ada, 1, 11).await, "there is none");
        keep(&db, ada, app(1)).await;
        assert_eq!(find(&db, ada).await.unwrap(), Some(app(1)));
        assert!(!take(db.clone(), bob, 1, 11).await, "another account");
        assert!(!take(db.clone(), ada, 1, 10).await, "the one it was set up with");
        assert!(take(db.clone(), ada, 1, 12).await);
        assert!(!take(db.clone(), ada, 1, 11).await, "an earlier one");
        keep(&db, ada, app(2)).await;
        assert!(!take(db.clone(), ada, 1, 13).await, "another secret");
        assert!(take(db.clone(), ada, 2, 13).await);
        let there = async || write(&db, ada, |tx, ada| Box::pin(exists(tx, *ada))).await.unwrap();
        let gone = async || write(&db, ada, |tx, ada| Box::pin(remove(tx, *ada))).await.unwrap();
        assert!(there().await && gone().await && !gone().await && !there().await);
    }
}
