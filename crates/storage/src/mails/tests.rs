use super::*;
use crate::testing::{NOW, on_both_databases, race, random_id, write};

const LEASE: Lifetime = Lifetime::seconds(300);

async fn queue(db: &Db, next_try_at: Timestamp) -> StoredMail {
    let mail = StoredMail {
        id: MailId(random_id()),
        recipient: Email::parse("ada@example.com").unwrap(),
        kind: "invitation".to_owned(),
        data: vec![1, 2, 3],
        created_at: NOW,
        next_try_at,
        tries: 0,
    };
    write(db, mail.clone(), |tx, mail| Box::pin(insert(tx, mail))).await.unwrap();
    mail
}

async fn claimed(db: Db, mail: StoredMail, now: Timestamp) -> bool {
    write(&db, (mail, now), |tx, (mail, now)| Box::pin(claim(tx, mail, *now, LEASE))).await.unwrap()
}

on_both_databases! {
    async fn what_is_due_is_claimed_once(db: Db) {
        let mail = queue(&db, NOW).await;
        queue(&db, NOW.plus(LEASE)).await;
        assert_eq!(due(&db, NOW, 9).await.unwrap(), std::slice::from_ref(&mail));
        let won = race(32, |_| claimed(db.clone(), mail.clone(), NOW)).await;
        assert_eq!(won.into_iter().filter(|won| *won).count(), 1);
        assert!(due(&db, NOW, 9).await.unwrap().is_empty());
        // Whoever claimed it has died: when the lease is over it is due again, for one.
        let again = due(&db, NOW.plus(LEASE), 9).await.unwrap();
        let again = again.into_iter().find(|found| found.id == mail.id).unwrap();
        assert_eq!(again.tries, 1);
        assert!(!claimed(db.clone(), mail, NOW.plus(LEASE)).await);
        assert!(claimed(db.clone(), again, NOW.plus(LEASE)).await);
    }

    async fn what_was_sent_or_given_up_is_forgotten(db: Db) {
        let (first, second, third) = (queue(&db, NOW).await, queue(&db, NOW).await, queue(&db, NOW).await);
        write(&db, first.id, |tx, id| Box::pin(sent(tx, *id, NOW))).await.unwrap();
        write(&db, second.id, |tx, id| Box::pin(give_up(tx, *id, "no such address"))).await.unwrap();
        let later = NOW.plus(Lifetime::seconds(60));
        write(&db, third.id, move |tx, id| Box::pin(put_off(tx, *id, later, "no answer"))).await.unwrap();
        assert!(due(&db, NOW, 9).await.unwrap().is_empty());
        assert_eq!(due(&db, later, 9).await.unwrap().len(), 1);
        let purge = |before| write(&db, before, |tx, before| Box::pin(purge(tx, *before, 9)));
        assert_eq!(purge(NOW).await.unwrap(), 0);
        assert_eq!(purge(later).await.unwrap(), 2);
        assert_eq!(due(&db, later, 9).await.unwrap().len(), 1);
    }
}
