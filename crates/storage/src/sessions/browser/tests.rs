use postern_domain::{AuthMethodReference, Lifetime, Timestamp, UserId};

use super::*;
use crate::sessions::{end_browser, find, insert};
use crate::testing::{NOW, hash, insert_user, on_both_databases, race, random_id, write};

const ALIVE: Alive = Alive { now: NOW, seen_after: Timestamp(NOW.0 - 1_000) };

async fn keep(db: &Db, number: u8, user: UserId, browser: Option<BrowserId>) -> Session {
    let session = Session {
        id: SessionId(random_id()),
        user_id: user,
        auth_time: NOW,
        amr: vec![AuthMethodReference::Pwd],
        created_at: NOW,
        last_seen_at: Timestamp(NOW.0 - i64::from(number)),
        expires_at: NOW.plus(Lifetime::days(90)),
        user_agent: "Firefox".to_owned(),
        address: "203.0.113.7".to_owned(),
        browser_id: browser,
        impersonator: None,
    };
    let inserted = session.clone();
    write(db, inserted, move |tx, session| Box::pin(insert(tx, hash(number), session, "{}"))).await.unwrap();
    session
}

async fn awake(db: &Db, number: u8) -> Option<SessionId> {
    find(db, hash(number)).await.unwrap().map(|(session, _)| session.id)
}

async fn waking(db: &Db, session: &Session, browser: BrowserId, number: u8, alive: Alive) -> bool {
    let id = session.id;
    write(db, (), move |tx, ()| Box::pin(wake(tx, id, browser, hash(number), alive))).await.unwrap()
}

on_both_databases! {
    async fn a_session_rests_under_a_cookie_that_nobody_has_and_is_woken_by_a_new_one(db: Db) {
        let ada = insert_user(&db, "ada").await;
        let kept = keep(&db, 1, ada.id, None).await;
        let browser = kept.browser();
        assert!(!waking(&db, &kept, browser, 9, ALIVE).await, "it shares its browser with nobody yet");
        let since = db.epochs().now();
        let (id, found) = (kept.id, kept.clone());
        write(&db, found, move |tx, found| {
            Box::pin(async move {
                assert_eq!(find_held(tx, hash(1)).await?.as_ref(), Some(&*found));
                assert_eq!(find_held(tx, hash(2)).await?, None);
                rest(tx, id, hash(200), browser).await
            })
        })
        .await
        .unwrap();
        assert!(!db.epochs().holds(since, &[kept.id.0]), "memories of it are not dropped");
        assert_eq!((awake(&db, 1).await, awake(&db, 200).await), (None, Some(kept.id)));
        assert!(!waking(&db, &kept, BrowserId(random_id()), 2, ALIVE).await, "it is in another browser");
        let late = Alive { now: kept.expires_at, ..ALIVE };
        assert!(!waking(&db, &kept, browser, 2, late).await, "it is over");
        let idle = Alive { seen_after: kept.last_seen_at, ..ALIVE };
        assert!(!waking(&db, &kept, browser, 2, idle).await, "it was not used for too long");
        assert!(waking(&db, &kept, browser, 2, ALIVE).await);
        assert_eq!((awake(&db, 2).await, awake(&db, 200).await), (Some(kept.id), None));
        assert_eq!(find(&db, hash(2)).await.unwrap().unwrap().0.last_seen_at, NOW);
    }

    async fn a_browser_has_its_own_sessions_and_they_end_together(db: Db) {
        let (ada, bob) = (insert_user(&db, "ada").await, insert_user(&db, "bob").await);
        let (here, there) = (BrowserId(random_id()), BrowserId(random_id()));
        let second = keep(&db, 2, bob.id, Some(here)).await;
        let first = keep(&db, 1, ada.id, Some(here)).await;
        let other = keep(&db, 3, ada.id, Some(there)).await;
        let alone = keep(&db, 4, ada.id, None).await;
        let of = |browser, most| of_browser(&db, browser, ALIVE, most);
        assert_eq!(of(here, 10).await.unwrap(), vec![first.clone(), second]);
        assert_eq!(of(here, 1).await.unwrap(), vec![first]);
        let over = Alive { now: NOW.plus(Lifetime::days(90)), ..ALIVE };
        assert!(of_browser(&db, here, over, 10).await.unwrap().is_empty());
        let ended = write(&db, here, |tx, here| Box::pin(end_browser(tx, *here, NOW))).await.unwrap();
        assert_eq!(ended, 2);
        assert!(of(here, 10).await.unwrap().is_empty());
        assert_eq!((awake(&db, 3).await, awake(&db, 4).await), (Some(other.id), Some(alone.id)));
    }

    async fn of_racers_that_wake_a_session_one_has_its_cookie(db: Db) {
        let ada = insert_user(&db, "ada").await;
        let browser = BrowserId(random_id());
        let kept = keep(&db, 200, ada.id, Some(browser)).await;
        race(8, |number| {
            let (db, kept) = (db.clone(), kept.clone());
            async move {
                assert!(waking(&db, &kept, browser, u8::try_from(number).unwrap(), ALIVE).await);
            }
        })
        .await;
        let mut cookies = 0;
        for number in 0..8 {
            cookies += usize::from(awake(&db, number).await.is_some());
        }
        assert_eq!(cookies, 1);
    }
}
