use super::*;
use crate::testing::{on_both_databases, race, write};

async fn try_claim(db: Db, value: String) -> bool {
    write(&db, value, |tx, value| Box::pin(claim(tx, "canary", value))).await.unwrap()
}

on_both_databases! {
    async fn of_thirty_two_that_claim_a_name_exactly_one_is_remembered(db: Db) {
        assert_eq!(find(&db, "canary").await.unwrap(), None);
        let won = race(32, |i| try_claim(db.clone(), i.to_string())).await;
        let winner = won.iter().position(|won| *won).unwrap();
        assert_eq!(won.into_iter().filter(|won| *won).count(), 1);
        assert_eq!(find(&db, "canary").await.unwrap(), Some(winner.to_string()));
    }
}
