use crate::testing::{on_both_databases, race, write};
use crate::{Db, StorageError, settings};

/// Two changes in one piece of work, which then thinks better of it or not.
async fn claim_two(db: Db, number: usize, undo: bool) -> Result<usize, StorageError> {
    write(&db, (number, undo), |tx, (number, undo)| {
        Box::pin(async move {
            settings::claim(tx, &format!("{number} a"), "").await?;
            settings::claim(tx, &format!("{number} b"), "").await?;
            if *undo { Err(StorageError::Taken(number.to_string())) } else { Ok(*number) }
        })
    })
    .await
}

on_both_databases! {
    /// Whatever shares its commit with others is kept whole or undone whole, and everybody gets an answer of their own.
    async fn pieces_that_undo_themselves_leave_the_others_alone(db: Db) {
        let is_undone = |number: usize| number % 7 == 3;
        let outcomes = race(200, |number| claim_two(db.clone(), number, is_undone(number))).await;
        for (number, outcome) in outcomes.into_iter().enumerate() {
            match outcome {
                Ok(answered) => assert_eq!((answered, is_undone(number)), (number, false)),
                Err(StorageError::Taken(name)) => {
                    assert_eq!((name, is_undone(number)), (number.to_string(), true));
                }
                Err(error) => panic!("{error}"),
            }
            for half in ["a", "b"] {
                let kept = settings::find(&db, &format!("{number} {half}")).await.unwrap();
                assert_eq!(kept.is_some(), !is_undone(number), "{number} {half}");
            }
        }
    }

    async fn a_piece_alone_can_undo_itself(db: Db) {
        assert!(claim_two(db.clone(), 1, true).await.is_err());
        assert_eq!(settings::find(&db, "1 a").await.unwrap(), None);
        assert!(claim_two(db.clone(), 1, false).await.is_ok());
        assert!(settings::find(&db, "1 b").await.unwrap().is_some());
    }
}
