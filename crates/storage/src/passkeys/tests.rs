use uuid::Uuid;

use super::*;
use crate::testing::{NOW, insert_user, on_both_databases, race, write};

fn passkey(user: UserId, id: u128) -> Passkey {
    Passkey {
        id: PasskeyId(Uuid::from_u128(id)),
        user_id: user,
        credential_id: id.to_be_bytes().to_vec(),
        name: "Ada's phone".into(),
        credential: "{}".into(),
        counter: 0,
        created_at: NOW,
        last_used_at: None,
        locked_at: None,
    }
}

async fn keep(db: &Db, passkey: &Passkey) -> Result<(), StorageError> {
    write(db, passkey.clone(), |tx, passkey| Box::pin(insert(tx, passkey))).await
}

async fn use_at(db: Db, passkey: Passkey, counter: i64) -> bool {
    let used = Passkey { counter, last_used_at: Some(NOW), ..passkey };
    write(&db, used, |tx, used| Box::pin(use_up_to(tx, used))).await.unwrap()
}

on_both_databases! {
    async fn they_are_found_named_and_removed_by_their_owner_alone(db: Db) {
        let (ada, bob) = (insert_user(&db, "ada").await.id, insert_user(&db, "bob").await.id);
        let (phone, key) = (passkey(ada, 1), passkey(ada, 2));
        keep(&db, &phone).await.unwrap();
        keep(&db, &key).await.unwrap();
        let again = Passkey { id: PasskeyId(Uuid::from_u128(3)), user_id: bob, ..phone.clone() };
        assert!(matches!(keep(&db, &again).await, Err(StorageError::Taken(_))));
        assert_eq!(list(&db, ada).await.unwrap(), [phone.clone(), key.clone()]);
        assert_eq!(find_by_credential(&db, &key.credential_id).await.unwrap(), Some(key.clone()));
        assert_eq!(find(&db, bob, key.id).await.unwrap(), None);
        let id = phone.id;
        let name = async |user| write(&db, user, move |tx, user| Box::pin(async move { rename(tx, *user, id, "Mine").await })).await.unwrap();
        assert!(!name(bob).await && name(ada).await);
        assert_eq!(find(&db, ada, id).await.unwrap().unwrap().name, "Mine");
        let gone = async |user| write(&db, user, move |tx, user| Box::pin(async move { remove(tx, *user, id).await })).await.unwrap();
        assert!(!gone(bob).await && gone(ada).await && !gone(ada).await);
        let left = write(&db, ada, |tx, ada| Box::pin(async move { Ok((count(tx, *ada).await?, remove_all(tx, *ada).await?, count(tx, *ada).await?)) }));
        assert_eq!(left.await.unwrap(), (1, 1, 0));
    }

    async fn of_thirty_two_racers_with_the_same_count_one_uses_it(db: Db) {
        let ada = insert_user(&db, "ada").await.id;
        let phone = passkey(ada, 1);
        keep(&db, &phone).await.unwrap();
        // A device that does not count is always let through.
        assert!(use_at(db.clone(), phone.clone(), 0).await && use_at(db.clone(), phone.clone(), 0).await);
        for counter in [1, 7] {
            let outcomes = race(32, |_| use_at(db.clone(), phone.clone(), counter)).await;
            assert_eq!(outcomes.into_iter().filter(|won| *won).count(), 1);
        }
        assert!(!use_at(db.clone(), phone.clone(), 6).await, "an earlier one");
        assert!(!use_at(db.clone(), phone.clone(), 0).await, "it counted before");
        let kept = find(&db, ada, phone.id).await.unwrap().unwrap();
        assert_eq!((kept.counter, kept.last_used_at), (7, Some(NOW)));
    }

    async fn a_locked_one_is_locked_once_and_not_used_again(db: Db) {
        let ada = insert_user(&db, "ada").await.id;
        let phone = passkey(ada, 1);
        keep(&db, &phone).await.unwrap();
        assert!(use_at(db.clone(), phone.clone(), 1).await);
        let id = phone.id;
        let locked = race(32, |_| {
            let db = db.clone();
            async move { write(&db, id, |tx, id| Box::pin(lock(tx, *id, NOW))).await.unwrap() }
        });
        assert_eq!(locked.await.into_iter().filter(|locked| *locked).count(), 1);
        assert!(!use_at(db.clone(), phone.clone(), 2).await);
        let kept = find(&db, ada, id).await.unwrap().unwrap();
        assert_eq!((kept.counter, kept.locked_at), (1, Some(NOW)));
        let second = write(&db, ada, |tx, ada| Box::pin(crate::second_factors::exist(tx, *ada)));
        assert!(second.await.unwrap(), "the password alone is not enough for that");
    }
}
