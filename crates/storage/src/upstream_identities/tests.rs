use postern_domain::UpstreamIdentityId;
use uuid::Uuid;

use super::*;
use crate::passwords;
use crate::testing::{NOW, insert_user, on_both_databases, race, write};

fn identity(user: UserId, number: u128, subject: &str) -> UpstreamIdentity {
    UpstreamIdentity {
        id: UpstreamIdentityId(Uuid::from_u128(number)),
        user_id: user,
        issuer: "https://id.example".to_owned(),
        subject: subject.to_owned(),
        shown: "ada".to_owned(),
        created_at: NOW,
        last_used_at: None,
    }
}

async fn keep(db: &Db, identity: UpstreamIdentity) -> Result<(), StorageError> {
    write(db, identity, |tx, identity| Box::pin(insert(tx, identity))).await
}

on_both_databases! {
    async fn somebody_opens_one_account_and_an_account_is_opened_by_several(db: Db) {
        let ada = insert_user(&db, "ada").await.id;
        let bob = insert_user(&db, "bob").await.id;
        keep(&db, identity(ada, 1, "1")).await.unwrap();
        keep(&db, identity(ada, 2, "2")).await.unwrap();
        let taken = keep(&db, identity(bob, 3, "2")).await.unwrap_err();
        assert!(matches!(taken, StorageError::Taken(_)), "{taken:?}");
        keep(&db, UpstreamIdentity { issuer: "https://other.example".to_owned(), ..identity(bob, 3, "2") }).await.unwrap();
        assert_eq!(find(&db, "https://id.example", "2").await.unwrap(), Some(identity(ada, 2, "2")));
        assert_eq!(find(&db, "https://id.example", "3").await.unwrap(), None);
        assert_eq!(find(&db, "https://id.example/", "2").await.unwrap(), None);
        assert_eq!(of_user(&db, ada).await.unwrap(), [identity(ada, 1, "1"), identity(ada, 2, "2")]);
        let used = async |id: UpstreamIdentityId| {
            write(&db, id, |tx, id| Box::pin(touch(tx, *id, NOW))).await.unwrap()
        };
        assert!(used(identity(ada, 1, "1").id).await && !used(UpstreamIdentityId(Uuid::from_u128(9))).await);
        write(&db, identity(ada, 2, "2").id, |tx, id| Box::pin(remove(tx, *id))).await.unwrap();
        let left = UpstreamIdentity { last_used_at: Some(NOW), ..identity(ada, 1, "1") };
        assert_eq!(of_user(&db, ada).await.unwrap(), [left]);
    }

    async fn of_those_who_leave_at_once_one_finds_that_it_is_the_last(db: Db) {
        let ada = insert_user(&db, "ada").await.id;
        for number in 1..=8 {
            keep(&db, identity(ada, number, &number.to_string())).await.unwrap();
        }
        let outcomes = race(8, |number| {
            let db = db.clone();
            let id = UpstreamIdentityId(Uuid::from_u128(number as u128 + 1));
            async move {
                write(&db, (ada, id), |tx, (ada, id)| {
                    Box::pin(async move {
                        assert!(passwords::hold(tx, *ada).await?);
                        let more = of_user_now(tx, *ada).await?.len() > 1;
                        if more {
                            remove(tx, *id).await?;
                        }
                        Ok(more)
                    })
                })
                .await
                .unwrap()
            }
        })
        .await;
        assert_eq!(outcomes.into_iter().filter(|left| *left).count(), 7);
        assert_eq!(of_user(&db, ada).await.unwrap().len(), 1);
    }
}
