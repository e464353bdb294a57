use std::sync::Arc;
use std::time::Duration;

use sea_orm::ConnectionTrait;
use tokio::sync::Notify;

use crate::testing::{Sqlite, on_both_databases, race, write};
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

    /// On SQLite those behind the slow one give up before they begin, and it is waited for; on PostgreSQL the slow one
    /// itself is undone, and nobody is behind it.
    async fn who_is_told_busy_has_changed_nothing_and_will_not(db: Db) {
        let hasty = db.clone().with_patience(Duration::from_millis(100));
        let begun = Arc::new(Notify::new());
        let slow = tokio::spawn(claim_slowly(hasty.clone(), Arc::clone(&begun)));
        begun.notified().await;
        let mut outcomes = race(20, |number| claim_two(hasty.clone(), number + 1, false)).await;
        outcomes.insert(0, slow.await.unwrap());
        // What was told to be undone has all the time to happen after all.
        claim_two(db.clone(), 21, false).await.unwrap();
        assert!(outcomes.iter().any(Result::is_ok));
        assert!(outcomes.iter().any(Result::is_err));
        for (number, outcome) in outcomes.into_iter().enumerate() {
            let kept = settings::find(&db, &format!("{number} a")).await.unwrap().is_some();
            assert_eq!(kept, outcome.is_ok(), "{number}");
            assert!(matches!(outcome, Ok(_) | Err(StorageError::Busy)), "{number}");
        }
    }

    async fn a_piece_that_panics_takes_nobody_with_it(db: Db) {
        let racers = race(60, |number| {
            let db = db.clone();
            // On PostgreSQL it panics in its caller.
            async move { tokio::spawn(claim_or_panic(db, number)).await.unwrap_or(Err(StorageError::Busy)) }
        });
        for (number, outcome) in racers.await.into_iter().enumerate() {
            let panics = number % 20 == 7;
            assert_eq!(outcome.is_err(), panics, "{number}");
            let kept = settings::find(&db, &format!("{number} a")).await.unwrap();
            assert_eq!(kept.is_none(), panics, "{number}");
        }
        assert!(claim_two(db.clone(), 60, false).await.is_ok());
    }
}

/// The change with number 0, which takes longer than hasty callers wait.
async fn claim_slowly(db: Db, begun: Arc<Notify>) -> Result<usize, StorageError> {
    write(&db, begun, |tx, begun| {
        Box::pin(async move {
            settings::claim(tx, "0 a", "").await?;
            begun.notify_one();
            tokio::time::sleep(Duration::from_millis(400)).await;
            Ok(0)
        })
    })
    .await
}

/// A change that panics halfway, if it is one of those.
async fn claim_or_panic(db: Db, number: usize) -> Result<usize, StorageError> {
    write(&db, number, |tx, number| {
        Box::pin(async move {
            settings::claim(tx, &format!("{number} a"), "").await?;
            assert!(number % 20 != 7, "on purpose");
            Ok(*number)
        })
    })
    .await
}

/// A page of settings.
async fn keep_a_page(db: Db, number: usize) -> Result<usize, StorageError> {
    write(&db, number, |tx, number| {
        Box::pin(async move {
            settings::set(tx, &number.to_string(), &"x".repeat(4_000)).await?;
            Ok(*number)
        })
    })
    .await
}

/// As the disk does, SQLite undoes the whole transaction by itself then.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_full_disk_loses_nothing_that_was_answered_and_is_not_for_ever() {
    let scratch = Sqlite::make().await;
    let db = scratch.db();
    let pages = db.size().await.unwrap() / 4_096;
    let limit = format!("PRAGMA max_page_count = {}", pages + 20);
    let limited = write(&db, limit, |tx, limit| {
        Box::pin(async move { Ok(tx.connection().execute_unprepared(limit).await.map(drop)?) })
    });
    limited.await.unwrap();
    let outcomes = race(60, |number| keep_a_page(db.clone(), number)).await;
    let refused = outcomes.iter().filter(|outcome| outcome.is_err()).count();
    assert!(refused > 0, "60 pages found room in 20");
    assert!(outcomes.iter().any(|outcome| matches!(outcome, Err(StorageError::Full))), "{outcomes:?}");
    for (number, outcome) in outcomes.into_iter().enumerate() {
        let kept = settings::find(&db, &number.to_string()).await.unwrap();
        match outcome {
            Ok(_) => assert!(kept.is_some(), "{number} was answered and is gone"),
            Err(StorageError::Full | StorageError::Unavailable(_)) => {
                assert!(kept.is_none(), "{number} was refused and is there");
            }
            Err(error) => panic!("{error}"),
        }
    }
    // Somebody made room: the limit was the connection's own.
    keep_a_page(db.clone(), 100).await.unwrap();
    assert!(db.is_changeable());
    assert!(settings::find(&db, "100").await.unwrap().is_some());
}

/// When there is no room for a commit, SQLite undoes the transaction by itself, and whoever believes that it goes on puts
/// every later change into it, which then is never committed.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_transaction_that_sqlite_undid_takes_no_later_change_with_it() {
    let scratch = Sqlite::make().await;
    let db = scratch.db();
    let fails = [
        "ROLLBACK",
        "PRAGMA defer_foreign_keys = ON; INSERT INTO recovery_codes (hash, user_id, created_at) VALUES (x'00', x'00', 0)",
    ];
    for sql in fails {
        let failed = write(&db, sql, |tx, sql| {
            Box::pin(async move { Ok(tx.connection().execute_unprepared(sql).await.map(drop)?) })
        });
        assert!(failed.await.is_err(), "{sql}");
    }
    write(&db, (), |tx, ()| Box::pin(settings::set(tx, "answered", "yes"))).await.unwrap();
    assert_eq!(settings::find(&db, "answered").await.unwrap().as_deref(), Some("yes"));
}
