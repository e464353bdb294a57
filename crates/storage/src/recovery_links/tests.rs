use postern_domain::{Lifetime, User};

use super::*;
use crate::testing::{NOW, hash, insert_user, on_both_databases, race, write};
use crate::{passwords, users};

async fn keep(db: &Db, user: &User, hash: TokenHash, email_key: Option<String>) {
    let link = RecoveryLink {
        user_id: user.id,
        hash,
        email_key,
        password_changed_at: user.password_changed_at,
        expires_at: NOW.plus(Lifetime::seconds(60)),
    };
    write(db, link, |tx, link| Box::pin(put(tx, link))).await.unwrap();
}

async fn take_it(db: Db, hash: TokenHash, now: Timestamp) -> bool {
    write(&db, (hash, now), |tx, (hash, now)| Box::pin(take(tx, *hash, *now))).await.unwrap()
}

on_both_databases! {
    async fn of_thirty_two_racers_exactly_one_takes_it(db: Db) {
        let ada = insert_user(&db, "ada").await;
        for round in 0..5 {
            keep(&db, &ada, hash(round), Some(ada.email.key())).await;
            let outcomes = race(32, |_| take_it(db.clone(), hash(round), NOW)).await;
            assert_eq!(outcomes.into_iter().filter(|won| *won).count(), 1);
        }
    }

    async fn only_the_newest_works_and_only_in_its_time(db: Db) {
        let ada = insert_user(&db, "ada").await;
        let bob = insert_user(&db, "bob").await;
        keep(&db, &ada, hash(1), None).await;
        keep(&db, &bob, hash(2), None).await;
        keep(&db, &ada, hash(3), None).await;
        assert_eq!(find(&db, hash(1), NOW).await.unwrap(), None);
        assert!(!take_it(db.clone(), hash(1), NOW).await);
        assert_eq!(find(&db, hash(2), NOW).await.unwrap(), Some(bob.id));
        assert_eq!(find(&db, hash(3), NOW).await.unwrap(), Some(ada.id));
        let late = NOW.plus(Lifetime::seconds(60));
        assert_eq!(find(&db, hash(3), late).await.unwrap(), None);
        assert!(!take_it(db.clone(), hash(3), late).await);
        let gone = write(&db, late, |tx, now| Box::pin(purge(tx, *now, 10))).await.unwrap();
        assert_eq!(gone, 2);
    }

    async fn what_changes_of_the_account_ends_it(db: Db) {
        let ada = insert_user(&db, "ada").await;
        keep(&db, &ada, hash(1), Some("ada@elsewhere.example".into())).await;
        assert_eq!(find(&db, hash(1), NOW).await.unwrap(), None, "another address");
        keep(&db, &ada, hash(2), Some(ada.email.key())).await;
        assert_eq!(find(&db, hash(2), NOW).await.unwrap(), Some(ada.id));
        let set = async |state| {
            write(&db, (ada.id, state), |tx, (id, state)| Box::pin(users::set_state(tx, *id, *state, NOW))).await
        };
        assert!(set(UserState::Disabled).await.unwrap());
        assert_eq!(find(&db, hash(2), NOW).await.unwrap(), None, "a closed account");
        assert!(!take_it(db.clone(), hash(2), NOW).await);
        assert!(set(UserState::Active).await.unwrap());
        assert_eq!(find(&db, hash(2), NOW).await.unwrap(), Some(ada.id));
        write(&db, ada.id, |tx, id| Box::pin(passwords::set(tx, *id, "$hash", None, NOW))).await.unwrap();
        assert_eq!(find(&db, hash(2), NOW).await.unwrap(), None, "another password");
        assert!(!take_it(db.clone(), hash(2), NOW).await);
    }
}
