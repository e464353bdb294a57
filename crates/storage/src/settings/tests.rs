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

    async fn what_has_changed_since_is_not_forgotten(db: Db) {
        write(&db, (), |tx, ()| Box::pin(set(tx, "node", "2"))).await.unwrap();
        for (value, gone) in [("1", false), ("2", true), ("2", false)] {
            let forgotten = write(&db, value, |tx, value| Box::pin(forget_if(tx, "node", value))).await;
            assert_eq!(forgotten.unwrap(), gone, "{value}");
        }
    }
}
