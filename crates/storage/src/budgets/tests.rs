use postern_domain::Lifetime;

use super::*;
use crate::testing::{NOW, hash, on_both_databases, race, write};

const TEN: Allowance = Allowance { limit: 10, window: Lifetime::seconds(60) };

async fn try_once(db: Db, key: TokenHash, now: Timestamp) -> Result<Taken, Exhausted> {
    write(&db, (key, now), |tx, (key, now)| Box::pin(take(tx, *key, TEN, *now))).await.unwrap()
}

on_both_databases! {
    async fn of_fifty_racers_exactly_the_limit_gets_through(db: Db) {
        for round in 0..3 {
            let outcomes = race(50, |_| try_once(db.clone(), hash(round), NOW)).await;
            assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 10);
            let refused = outcomes.iter().find_map(|outcome| outcome.err()).unwrap();
            assert_eq!(refused.until, Timestamp(NOW.0 + 60));
        }
    }

    async fn what_is_given_back_can_be_taken_again(db: Db) {
        let first = try_once(db.clone(), hash(1), NOW).await.unwrap();
        for _ in 0..9 {
            try_once(db.clone(), hash(1), NOW).await.unwrap();
        }
        assert!(try_once(db.clone(), hash(1), NOW).await.is_err());
        assert!(exhausted(&db, hash(1), TEN, NOW).await.unwrap().is_some());
        assert_eq!(used(&db, hash(1), TEN, NOW).await.unwrap().map(|used| used.tries), Some(10));
        write(&db, first, |tx, first| Box::pin(give_back(tx, first))).await.unwrap();
        assert_eq!(exhausted(&db, hash(1), TEN, NOW).await.unwrap(), None);
        try_once(db.clone(), hash(1), NOW).await.unwrap();
        assert!(try_once(db.clone(), hash(1), NOW).await.is_err());
        assert!(try_once(db.clone(), hash(2), NOW).await.is_ok());
    }

    async fn a_new_window_begins_with_a_full_budget(db: Db) {
        let old = try_once(db.clone(), hash(1), NOW).await.unwrap();
        race(50, |_| try_once(db.clone(), hash(1), NOW)).await;
        let later = NOW.plus(TEN.window);
        assert_eq!(exhausted(&db, hash(1), TEN, later).await.unwrap(), None);
        assert_eq!(used(&db, hash(1), TEN, later).await.unwrap(), None);
        let outcomes = race(50, |_| try_once(db.clone(), hash(1), later)).await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 10);
        // Of the old window nothing comes back into the new one.
        write(&db, old, |tx, old| Box::pin(give_back(tx, old))).await.unwrap();
        assert!(try_once(db.clone(), hash(1), later).await.is_err());
    }

    async fn a_clock_that_ran_ahead_locks_nobody_out(db: Db) {
        race(10, |_| try_once(db.clone(), hash(1), NOW.plus(Lifetime::days(1)))).await;
        assert_eq!(exhausted(&db, hash(1), TEN, NOW).await.unwrap(), None);
        assert!(try_once(db.clone(), hash(1), NOW).await.is_ok());
        // Nodes a few seconds apart share a window all the same.
        race(9, |_| try_once(db.clone(), hash(1), NOW)).await;
        assert!(try_once(db.clone(), hash(1), NOW.minus(Lifetime::seconds(3))).await.is_err());
    }

    async fn windows_that_are_over_are_purged(db: Db) {
        race(3, |i| try_once(db.clone(), hash(u8::try_from(i).unwrap()), NOW)).await;
        let purge = |now, most| write(&db, (now, most), |tx, (now, most)| Box::pin(purge(tx, *now, *most)));
        assert_eq!(purge(NOW, 10).await.unwrap(), 0);
        assert_eq!(purge(NOW.plus(TEN.window), 2).await.unwrap(), 2);
        assert_eq!(purge(NOW.plus(TEN.window), 2).await.unwrap(), 1);
    }
}
