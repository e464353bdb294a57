use postern_domain::{Client, ClientMetadata, ClientOwner, Lifetime, PersonName, TokenHash};

use super::{client, later, secret};
use crate::Db;
use crate::clients::{
    count, delete_unused, find, insert, insert_secret, list, register_again, set_disabled, touch,
};
use crate::testing::{NOW, hash, on_both_databases, race, write};

/// A client that registered itself at [`NOW`] with the token of `byte`, and has a secret.
async fn registered(db: &Db, byte: u8) -> Client {
    let made = Client {
        registration_token: Some(hash(byte)),
        secrets: vec![secret(byte)],
        ..client(ClientOwner::Nobody, "Field Notes")
    };
    write(db, made.clone(), |tx, made| {
        Box::pin(async move {
            insert(tx, made).await?;
            insert_secret(tx, made.id, &made.secrets[0]).await
        })
    })
    .await
    .unwrap();
    made
}

fn renamed(client: &Client, name: &str) -> ClientMetadata {
    ClientMetadata { name: PersonName::parse(name).unwrap(), ..client.metadata.clone() }
}

async fn again(db: &Db, known: &Client, name: &str, new: TokenHash) -> bool {
    let input = (known.clone(), renamed(known, name), new);
    write(db, input, |tx, (known, metadata, new)| {
        Box::pin(register_again(tx, known, metadata, *new, later(5)))
    })
    .await
    .unwrap()
}

on_both_databases! {
    async fn what_registered_itself_is_nobodys(db: Db) {
        let made = registered(&db, 1).await;
        assert_eq!(find(&db, made.id).await.unwrap(), Some(made.clone()));
        assert_eq!(list(&db, Some(ClientOwner::Nobody), None, 10).await.unwrap(), std::slice::from_ref(&made));
        assert_eq!(count(&db, Some(ClientOwner::Instance)).await.unwrap(), 0);
        assert_eq!(count(&db, None).await.unwrap(), 1);
    }

    async fn of_any_number_that_register_again_by_one_token_one_does(db: Db) {
        let known = registered(&db, 1).await;
        let outcomes = race(32, |i| {
            let (db, known) = (db.clone(), known.clone());
            async move { again(&db, &known, &format!("Notes {i}"), hash(100 + i as u8)).await }
        })
        .await;
        let winner = outcomes.iter().position(|won| *won).unwrap();
        assert_eq!(outcomes.iter().filter(|won| **won).count(), 1);
        let now = find(&db, known.id).await.unwrap().unwrap();
        assert_eq!(now.metadata.name.as_str(), format!("Notes {winner}"));
        assert_eq!(now.registration_token, Some(hash(100 + winner as u8)));
        assert_eq!(now.updated_at, later(5));

        write(&db, known.id, |tx, id| Box::pin(set_disabled(tx, *id, true, NOW))).await.unwrap();
        assert!(!again(&db, &now, "Closed", hash(9)).await, "a closed one changes nothing");
    }

    async fn those_that_were_never_used_go_and_no_others(db: Db) {
        let (unused, used) = (registered(&db, 1).await, registered(&db, 2).await);
        write(&db, used.id, |tx, id| Box::pin(touch(tx, *id, None, later(1)))).await.unwrap();
        let operators = client(ClientOwner::Instance, "Old");
        write(&db, operators.clone(), |tx, it| Box::pin(insert(tx, it))).await.unwrap();

        let before = |seconds| NOW.plus(Lifetime::seconds(seconds));
        let gone = async |before| write(&db, before, |tx, before| Box::pin(delete_unused(tx, *before, 10))).await;
        assert_eq!(gone(before(0)).await.unwrap(), 0, "they are not old enough");
        assert_eq!(gone(before(1)).await.unwrap(), 1);
        assert_eq!(find(&db, unused.id).await.unwrap(), None);
        for kept in [used.id, operators.id] {
            assert!(find(&db, kept).await.unwrap().is_some());
        }
    }
}
