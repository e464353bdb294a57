use std::slice;

use postern_domain::{ApiToken, Lifetime, OrganizationId, Permit, PersonName, User};
use sea_orm::{DbBackend, QueryTrait};

use super::*;
use crate::testing::{NOW, hash, insert_user, on_both_databases, race, random_id, write};
use crate::tokens::{TokenData, insert_many};

fn named(user: &User, name: &str, byte: u8) -> Token {
    let api = ApiToken {
        networks: vec!["10.0.0.0/8".parse().unwrap()],
        ..ApiToken::new(PersonName::parse(name).unwrap(), "abcd", Some(user.id))
    };
    Token {
        user_id: Some(user.id),
        data: Some(TokenData::Api(api)),
        sealed: Some(vec![byte; 40]),
        ..Token::new(
            TokenId(random_id()),
            TokenKind::Personal,
            hash(byte),
            Permit::of_user(user.id, "tokens:read".parse().unwrap()),
            Timestamp(NOW.0 + i64::from(byte)),
        )
    }
}

async fn keep(db: &Db, tokens: &[Token]) {
    write(db, tokens.to_vec(), |tx, tokens| Box::pin(insert_many(tx, tokens))).await.unwrap();
}

async fn change(db: &Db, before: Token, after: Token) -> bool {
    write(db, (before, after), |tx, (before, after)| Box::pin(update(tx, before, after))).await.unwrap()
}

/// The whole list, two at a time.
async fn all(db: &Db, search: &Search, now: Timestamp) -> Vec<String> {
    let mut names = Vec::new();
    let mut after: Option<Place> = None;
    loop {
        let part = list(db, search, after.as_ref(), now, 2).await.unwrap();
        let Some(last) = part.last() else { return names };
        after = Some(search.place(last).to_string().parse().unwrap());
        names.extend(part.iter().map(|token| token.api().unwrap().name.to_string()));
    }
}

fn renamed(token: &Token, name: &str) -> Token {
    let mut api = token.api().unwrap().clone();
    api.name = PersonName::parse(name).unwrap();
    Token { data: Some(TokenData::Api(api)), ..token.clone() }
}

on_both_databases! {
    async fn lists_go_on_where_they_ended(db: Db) {
        let (ada, bob) = (insert_user(&db, "ada").await, insert_user(&db, "bob").await);
        let organization = OrganizationId(random_id());
        let mut tokens: Vec<_> = (1..=5).map(|i| named(&ada, &format!("Ada {i}"), i)).collect();
        tokens.push(named(&bob, "100% _Bob", 6));
        let mut of_organization = named(&bob, "ada’s team", 7);
        of_organization.kind = TokenKind::Organization;
        of_organization.user_id = None;
        of_organization.organization_id = Some(organization);
        tokens.push(of_organization);
        tokens[0].expires_at = Some(NOW);
        keep(&db, &tokens).await;
        let revoked = tokens[1].id;
        write(&db, revoked, |tx, id| Box::pin(revoke(tx, *id, None, NOW))).await.unwrap();
        let find = async |search: Search| all(&db, &search, NOW).await.join(", ");
        let any = Search::default();
        assert_eq!(find(any.clone()).await, "ada’s team, 100% _Bob, Ada 5, Ada 4, Ada 3, Ada 2, Ada 1");
        let of = |owner| Search { owner: Some(owner), ..Search::default() };
        assert_eq!(find(of(Owner::User(bob.id))).await, "100% _Bob");
        assert_eq!(find(of(Owner::Organization(organization))).await, "ada’s team");
        let name = |name: &str| Search { name: Some(name.to_owned()), ..Search::default() };
        assert_eq!(find(name("aDa")).await, "Ada 1, Ada 2, Ada 3, Ada 4, Ada 5, ada’s team");
        assert_eq!(find(name("100%")).await, "100% _Bob");
        for nothing in ["%", "_", "da", "'", "\\", "\u{10ffff}"] {
            assert_eq!(find(name(nothing)).await, "", "{nothing}");
        }
        let state = |state| Search { state: Some(state), ..Search::default() };
        assert_eq!(find(state(State::Revoked)).await, "Ada 2");
        assert_eq!(find(state(State::Expired)).await, "Ada 1");
        assert_eq!(find(state(State::Active)).await, "ada’s team, 100% _Bob, Ada 5, Ada 4, Ada 3");
        let kind = Search { kind: Some(TokenKind::Organization), ..Search::default() };
        assert_eq!(find(kind).await, "ada’s team");
        let live = write(&db, ada.id, |tx, id| Box::pin(count_live(tx, Owner::User(*id), NOW)));
        assert_eq!(live.await.unwrap(), 3);
    }

    async fn of_two_who_change_a_token_at_once_one_does(db: Db) {
        let ada = insert_user(&db, "ada").await;
        let token = named(&ada, "Deploy", 1);
        keep(&db, slice::from_ref(&token)).await;
        let won = race(8, |i| {
            let (db, token) = (db.clone(), token.clone());
            async move { change(&db, token.clone(), renamed(&token, &format!("Deploy {i}"))).await }
        });
        let won = won.await;
        let winner = won.iter().position(|won| *won).unwrap();
        assert_eq!(won.iter().filter(|won| **won).count(), 1);
        let found = find(&db, token.id).await.unwrap().unwrap();
        assert_eq!(found, renamed(&token, &format!("Deploy {winner}")));
        let ended = Token { expires_at: Some(NOW.plus(Lifetime::days(1))), ..found.clone() };
        assert!(change(&db, found.clone(), ended.clone()).await);
        assert!(!change(&db, found, ended.clone()).await, "its end is another one by now");
        let by = ada.id;
        let revoke = || write(&db, ended.id, move |tx, id| Box::pin(revoke(tx, *id, Some(by), NOW)));
        assert!(revoke().await.unwrap());
        assert!(!revoke().await.unwrap());
        let found = find(&db, ended.id).await.unwrap().unwrap();
        assert_eq!((found.revoked_at, found.api().unwrap().revoked_by), (Some(NOW), Some(ada.id)));
        assert_eq!(found.sealed, None);
        assert!(!change(&db, ended.clone(), renamed(&ended, "Again")).await);
    }

    async fn what_ended_long_ago_goes_and_what_is_sealed_can_be_forgotten(db: Db) {
        let ada = insert_user(&db, "ada").await;
        let mut tokens: Vec<_> = (1..=4).map(|i| named(&ada, &format!("T{i}"), i)).collect();
        tokens[0].expires_at = Some(NOW);
        tokens[1].revoked_at = Some(NOW);
        tokens[2].expires_at = Some(NOW.plus(Lifetime::days(9)));
        keep(&db, &tokens).await;
        let later = NOW.plus(Lifetime::days(1));
        let delete = |before| {
            write(&db, before, |tx, before: &Timestamp| Box::pin(delete_ended(tx, *before, 10)))
        };
        let purge = || {
            write(&db, later, |tx, later| Box::pin(crate::tokens::delete_expired(tx, *later, 10)))
        };
        assert_eq!(purge().await.unwrap(), 0, "they can be renewed");
        assert_eq!(delete(NOW).await.unwrap(), 0);
        assert_eq!(delete(later).await.unwrap(), 2);
        let forget = || write(&db, (), |tx, ()| Box::pin(forget_sealed(tx, 1)));
        assert_eq!((forget().await.unwrap(), forget().await.unwrap(), forget().await.unwrap()), (1, 1, 0));
        assert_eq!(all(&db, &Search::default(), NOW).await, ["T4", "T3"]);
    }
}

/// How SQLite goes about a search: a line for each step.
async fn plan(db: &Db, search: &Search, after: Option<&Place>) -> String {
    let query = search.query(search.kinds()[0], after, NOW).limit(25).build(DbBackend::Sqlite);
    let explain = Statement { sql: format!("EXPLAIN QUERY PLAN {}", query.sql), ..query };
    let steps = db.read().query_all_raw(explain).await.unwrap();
    steps.iter().map(|step| step.try_get::<String>("", "detail").unwrap()).collect::<Vec<_>>().join("; ")
}

/// Without figures of what is in a table, which it has only where somebody asked for them, SQLite chooses by the shape of a
/// search and its indices alone.
#[tokio::test]
async fn sqlite_goes_through_the_tokens_of_the_owner_alone() {
    let scratch = crate::testing::Sqlite::make().await;
    let token = named(&crate::testing::user("ada"), "Deploy", 1);
    let token = Token { expires_at: Some(NOW), revoked_at: Some(NOW), ..token };
    let owners = [
        ("user_id", Some(Owner::User(UserId(random_id())))),
        ("organization_id", Some(Owner::Organization(OrganizationId(random_id())))),
        ("kind", None),
    ];
    for (column, owner) in owners {
        for name in [None, Some("dep".to_owned())] {
            for state in [None, Some(State::Active), Some(State::Expired), Some(State::Revoked)] {
                let search = Search { owner, name: name.clone(), state, ..Search::default() };
                let by = match (&name, state) {
                    (Some(_), _) => "name_key",
                    (None, Some(State::Expired)) => "expires_at",
                    (None, Some(State::Revoked)) => "revoked_at",
                    _ => "created_at",
                };
                for after in [None, Some(search.place(&token))] {
                    let plan = plan(&scratch.db(), &search, after.as_ref()).await;
                    let begin = format!("SEARCH tokens USING INDEX tokens_{column}_{by}_id ({column}=?");
                    let is_it = plan.starts_with(&begin) && !plan.contains("TEMP B-TREE");
                    assert!(is_it, "{search:?} behind {after:?}: {plan}");
                }
            }
        }
    }
}
