use postern_domain::{Lifetime, UserState};

use super::*;
use crate::testing::{NOW, hash, insert_user, on_both_databases, race, random_id, write};
use crate::{passwords, users};

const ALIVE: Alive = Alive { now: NOW, seen_after: Timestamp(NOW.0 - 1_000) };

fn session(user: UserId) -> Session {
    Session {
        id: SessionId(random_id()),
        user_id: user,
        auth_time: NOW,
        amr: vec![AuthMethodReference::Pwd],
        created_at: NOW,
        last_seen_at: NOW,
        expires_at: NOW.plus(Lifetime::days(90)),
        user_agent: "Firefox".to_owned(),
        address: "203.0.113.7".to_owned(),
        browser_id: None,
        impersonator: None,
    }
}

async fn keep(db: &Db, hash: TokenHash, session: Session) -> Session {
    let inserted = session.clone();
    write(db, (hash, inserted), |tx, (hash, session)| Box::pin(insert(tx, *hash, session, "{}")))
        .await
        .unwrap();
    session
}

on_both_databases! {
    async fn what_is_inserted_is_found_by_its_hash_alone(db: Db) {
        let ada = insert_user(&db, "ada").await;
        let kept = keep(&db, hash(1), session(ada.id)).await;
        assert_eq!(find(&db, hash(1)).await.unwrap(), Some((kept, "{}".to_owned())));
        assert_eq!(find(&db, hash(2)).await.unwrap(), None);
    }

    async fn no_session_outlives_the_password_it_was_proved_with(db: Db) {
        let ada = insert_user(&db, "ada").await;
        let since = ada.password_changed_at;
        race(24, |number| {
            let (db, session) = (db.clone(), session(ada.id));
            async move {
                let hash = hash(u8::try_from(number).unwrap());
                write(&db, (hash, session), move |tx, (hash, session)| {
                    Box::pin(async move {
                        if number == 12 {
                            passwords::set(tx, session.user_id, "new", None, NOW).await?;
                            end_others(tx, session.user_id, None, NOW).await?;
                        } else if passwords::is_still(tx, session.user_id, since).await? {
                            insert(tx, *hash, session, "{}").await?;
                        }
                        Ok(())
                    })
                })
                .await
                .unwrap();
            }
        })
        .await;
        assert_eq!(count(&db, ada.id, ALIVE).await.unwrap(), 0);
        let is_still = |since| write(&db, (ada.id, since), |tx, (id, since)| Box::pin(passwords::is_still(tx, *id, *since)));
        let since = users::find(&db, ada.id).await.unwrap().unwrap().password_changed_at;
        assert!(is_still(since).await.unwrap());
        write(&db, ada.id, |tx, id| Box::pin(users::set_state(tx, *id, UserState::Disabled, NOW))).await.unwrap();
        assert!(!is_still(since).await.unwrap());
    }

    async fn saving_and_touching_never_bring_a_session_back(db: Db) {
        let ada = insert_user(&db, "ada").await;
        let kept = keep(&db, hash(1), session(ada.id)).await;
        let id = kept.id;
        let save = || write(&db, id, |tx, id| Box::pin(save(tx, hash(1), *id, "{\"a\":1}")));
        assert!(save().await.unwrap());
        let since = db.epochs().now();
        assert!(write(&db, (), |tx, ()| Box::pin(end(tx, hash(1), NOW))).await.unwrap());
        assert!(!db.epochs().holds(since, &[id.0]));
        assert!(!save().await.unwrap());
        let late = NOW.plus(Lifetime::seconds(600));
        write(&db, late, |tx, late| Box::pin(touch(tx, hash(1), "::1", *late, NOW))).await.unwrap();
        assert_eq!(find(&db, hash(1)).await.unwrap(), None);
        assert!(!write(&db, (), |tx, ()| Box::pin(end(tx, hash(1), NOW))).await.unwrap());
    }

    async fn of_racers_that_end_and_save_the_end_wins(db: Db) {
        let ada = insert_user(&db, "ada").await;
        let kept = keep(&db, hash(1), session(ada.id)).await;
        let id = kept.id;
        race(32, |i| {
            let db = db.clone();
            async move {
                if i == 16 {
                    write(&db, (), |tx, ()| Box::pin(end(tx, hash(1), NOW))).await.unwrap();
                } else {
                    write(&db, id, |tx, id| Box::pin(save(tx, hash(1), *id, "{}"))).await.unwrap();
                }
            }
        })
        .await;
        assert_eq!(find(&db, hash(1)).await.unwrap(), None);
    }

    async fn a_touch_is_written_once_in_a_while(db: Db) {
        let ada = insert_user(&db, "ada").await;
        keep(&db, hash(1), session(ada.id)).await;
        let touch = |now: i64| {
            write(&db, Timestamp(NOW.0 + now), |tx, now| {
                Box::pin(touch(tx, hash(1), "::1", *now, Timestamp(now.0 - 300)))
            })
        };
        touch(299).await.unwrap();
        assert_eq!(find(&db, hash(1)).await.unwrap().unwrap().0.last_seen_at, NOW);
        touch(300).await.unwrap();
        let (seen, _) = find(&db, hash(1)).await.unwrap().unwrap();
        assert_eq!((seen.last_seen_at, seen.address.as_str()), (Timestamp(NOW.0 + 300), "::1"));
    }

    async fn others_are_ended_and_strangers_sessions_are_not(db: Db) {
        let ada = insert_user(&db, "ada").await;
        let bob = insert_user(&db, "bob").await;
        let mine = keep(&db, hash(1), session(ada.id)).await;
        let other = keep(&db, hash(2), session(ada.id)).await;
        keep(&db, hash(3), session(ada.id)).await;
        keep(&db, hash(4), session(bob.id)).await;
        let end = |user: UserId, id: SessionId| {
            write(&db, (user, id), |tx, (user, id)| Box::pin(end_by_id(tx, *user, *id, NOW)))
        };
        assert!(!end(bob.id, other.id).await.unwrap());
        assert!(end(ada.id, other.id).await.unwrap());
        let ended = write(&db, (ada.id, mine.id), |tx, (user, id)| Box::pin(end_others(tx, *user, Some(*id), NOW)));
        assert_eq!(ended.await.unwrap(), 1);
        assert_eq!(list(&db, ada.id, ALIVE, None, 10).await.unwrap(), vec![mine]);
        assert_eq!(count(&db, bob.id, ALIVE).await.unwrap(), 1);
        let ended = write(&db, ada.id, |tx, user| Box::pin(end_others(tx, *user, None, NOW)));
        assert_eq!(ended.await.unwrap(), 1);
    }

    async fn lists_are_paged_and_leave_out_what_is_over(db: Db) {
        let ada = insert_user(&db, "ada").await;
        for i in 0..7 {
            let seen = Timestamp(NOW.0 - i64::from(i / 2));
            keep(&db, hash(i), Session { last_seen_at: seen, ..session(ada.id) }).await;
        }
        keep(&db, hash(20), Session { expires_at: NOW, ..session(ada.id) }).await;
        keep(&db, hash(21), Session { last_seen_at: ALIVE.seen_after, ..session(ada.id) }).await;
        let mut after = None;
        let mut all = Vec::new();
        loop {
            let page = list(&db, ada.id, ALIVE, after, 3).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some((last.last_seen_at, last.id));
            all.extend(page);
        }
        assert_eq!(all.len(), 7);
        assert!(all.is_sorted_by(|a, b| (a.last_seen_at, a.id) > (b.last_seen_at, b.id)));
        assert_eq!(count(&db, ada.id, ALIVE).await.unwrap(), 7);
        assert_eq!(write(&db, (), |tx, ()| Box::pin(purge(tx, NOW, 10))).await.unwrap(), 1);
    }
}
