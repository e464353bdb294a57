use postern_domain::{ApiToken, Permit, PersonName, Scopes, TokenId, UserId};

use super::*;
use crate::testing::{NOW, hash, insert_user, on_both_databases, race, random_id, write};
use crate::tokens::{TokenData, insert_many, revoke};

const WEEK: Notice = Notice { lead: Lifetime::days(7), next_lead: Lifetime::days(1) };
const DAY: Notice = Notice { lead: Lifetime::days(1), next_lead: Lifetime::seconds(0) };

async fn personal(db: &Db, byte: u8, user: UserId, expires_at: Timestamp) -> Token {
    let api = ApiToken::new(PersonName::parse("import").unwrap(), "x7Kq", Some(user));
    let permit = Permit::of_user(user, Scopes::none());
    let token = Token {
        user_id: Some(user),
        data: Some(TokenData::Api(api)),
        expires_at: Some(expires_at),
        ..Token::new(TokenId(random_id()), TokenKind::Personal, hash(byte), permit, NOW)
    };
    write(db, token.clone(), |tx, token| Box::pin(insert_many(tx, std::slice::from_ref(token))))
        .await
        .unwrap();
    token
}

async fn noted(db: Db, token: Token, notice: Notice) -> bool {
    write(&db, token, move |tx, token| Box::pin(note(tx, token, notice))).await.unwrap()
}

async fn ids(db: &Db, notice: Notice, now: Timestamp) -> Vec<TokenId> {
    due(db, notice, now, 9).await.unwrap().into_iter().map(|token| token.id).collect()
}

on_both_databases! {
    async fn an_owner_is_told_a_week_and_a_day_before_once_each(db: Db) {
        let ada = insert_user(&db, "ada").await.id;
        let in_days = |days| NOW.plus(Lifetime::days(days));
        let month = personal(&db, 1, ada, in_days(30)).await;
        let week = personal(&db, 2, ada, in_days(7)).await;
        personal(&db, 3, ada, in_days(1)).await;
        assert!(ids(&db, WEEK, NOW).await.is_empty() && ids(&db, DAY, NOW).await.is_empty());
        assert_eq!(ids(&db, DAY, in_days(6)).await, [week.id]);
        assert!(ids(&db, WEEK, in_days(22)).await.is_empty());
        assert_eq!(ids(&db, WEEK, in_days(23)).await, [month.id]);
        let won = race(16, |_| noted(db.clone(), month.clone(), WEEK)).await;
        assert_eq!(won.into_iter().filter(|won| *won).count(), 1);
        assert!(ids(&db, WEEK, in_days(24)).await.is_empty());
        assert_eq!(ids(&db, DAY, in_days(29)).await, [month.id]);
        assert!(noted(db.clone(), month.clone(), DAY).await);
        assert!(ids(&db, DAY, in_days(29)).await.is_empty() && ids(&db, DAY, in_days(31)).await.is_empty());
    }

    async fn nobody_is_told_of_what_is_revoked(db: Db) {
        let ada = insert_user(&db, "ada").await.id;
        let token = personal(&db, 1, ada, NOW.plus(Lifetime::days(30))).await;
        let late = NOW.plus(Lifetime::days(25));
        assert_eq!(ids(&db, WEEK, late).await, [token.id]);
        write(&db, token.id, |tx, id| Box::pin(revoke(tx, *id, NOW))).await.unwrap();
        assert!(ids(&db, WEEK, late).await.is_empty());
        assert!(!noted(db.clone(), token, WEEK).await);
    }

    async fn tokens_that_end_in_a_span_are_found_by_whose_they_are(db: Db) {
        let (ada, bob) = (insert_user(&db, "ada").await.id, insert_user(&db, "bob").await.id);
        let in_days = |days| NOW.plus(Lifetime::days(days));
        let late = personal(&db, 1, ada, in_days(6)).await;
        let soon = personal(&db, 2, ada, in_days(1)).await;
        personal(&db, 3, ada, in_days(8)).await;
        personal(&db, 4, bob, in_days(2)).await;
        let gone = personal(&db, 5, ada, in_days(3)).await;
        write(&db, gone.id, |tx, id| Box::pin(revoke(tx, *id, NOW))).await.unwrap();
        let found = between(&db, Owner::User(ada), (NOW, in_days(7)), 9).await.unwrap();
        assert_eq!(found.iter().map(|token| token.id).collect::<Vec<_>>(), [soon.id, late.id]);
        assert_eq!(between(&db, Owner::User(ada), (NOW, in_days(7)), 1).await.unwrap().len(), 1);
    }
}
