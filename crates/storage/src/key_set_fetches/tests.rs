use postern_domain::Lifetime;

use super::*;
use crate::testing::{NOW, on_both_databases, race, write};

fn later(seconds: i64) -> Timestamp {
    NOW.plus(Lifetime::seconds(seconds))
}

/// `program` at `address` fetched once, `seconds` after [`NOW`], the set whose newest key was made at `newest`.
fn one(address: &str, program: &str, seconds: i64, newest: i64) -> KeySetFetch {
    let neighbourhood = address.rsplit_once('.').map_or(address, |(network, _)| network);
    KeySetFetch {
        address: address.to_owned(),
        program: program.to_owned(),
        neighbourhood: neighbourhood.to_owned(),
        first_at: later(seconds),
        last_at: later(seconds),
        fetches: 1,
        newest_key_at: later(newest),
        kids: format!("k{newest}"),
    }
}

async fn add_all(db: &Db, fetches: Vec<KeySetFetch>) {
    write(db, fetches, |tx, fetches| Box::pin(add(tx, fetches))).await.unwrap();
}

on_both_databases! {
    async fn what_a_fetcher_does_adds_up(db: Db) {
        assert!(list(&db).await.unwrap().is_empty());
        add_all(&db, vec![one("192.0.2.1", "curl/8", 10, 1), one("192.0.2.1", "", 11, 1)]).await;
        add_all(&db, vec![one("192.0.2.1", "curl/8", 20, 2)]).await;
        // A node that is behind.
        add_all(&db, vec![one("192.0.2.1", "curl/8", 15, 1)]).await;
        let found = list(&db).await.unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!(found[0], KeySetFetch { first_at: later(10), fetches: 3, ..one("192.0.2.1", "curl/8", 20, 2) });
        assert_eq!(found[1], one("192.0.2.1", "", 11, 1));
    }

    async fn many_at_once_are_all_counted(db: Db) {
        race(16, |i| {
            let db = db.clone();
            let mut both = vec![one("192.0.2.1", "a", i as i64, 1), one("192.0.2.2", "b", i as i64, 1)];
            both.rotate_left(i % 2);
            async move { add_all(&db, both).await }
        })
        .await;
        let found = list(&db).await.unwrap();
        assert_eq!(found.iter().map(|fetch| fetch.fetches).collect::<Vec<_>>(), [16, 16]);
    }

    /// Whoever comes from many addresses of one network pushes out nobody else.
    async fn there_is_room_for_a_thousand(db: Db) {
        let honest = |i: i64| one(&format!("192.0.{i}.1"), "rp", i, 1);
        add_all(&db, (0..30).map(honest).collect()).await;
        let flood = |i: i64| one(&format!("198.51.100.{i}"), "flood", 1_000 + i, 1);
        add_all(&db, (0..900).map(flood).collect()).await;
        add_all(&db, (900..1_300).map(flood).collect()).await;
        let found = list(&db).await.unwrap();
        assert_eq!(found.len() as u64, MOST);
        assert_eq!(found.iter().filter(|fetch| fetch.program == "rp").count(), 30);
        // Those that fetched last are left.
        assert_eq!(found[0], flood(1_299));
        assert!(!found.contains(&flood(0)) && found.contains(&flood(1_000)));
    }

    async fn the_old_ones_go(db: Db) {
        add_all(&db, (0..5).map(|i| one("192.0.2.1", &format!("p{i}"), i, 1)).collect()).await;
        let purged = |most: u32| write(&db, (), move |tx, ()| Box::pin(purge(tx, later(3), most)));
        assert_eq!(purged(2).await.unwrap(), 2);
        assert_eq!(purged(2).await.unwrap(), 1);
        assert_eq!(purged(2).await.unwrap(), 0);
        assert_eq!(list(&db).await.unwrap().len(), 2);
    }
}
