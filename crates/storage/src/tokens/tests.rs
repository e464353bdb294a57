use std::slice;

use postern_domain::{
    Authentication, Client, ClientIdentifier, ClientMetadata, ClientOwner, ClientType, GrantId, GrantName,
    Lifetime, Permit, PersonName, Scopes, Session, SessionId, User,
};

use super::*;
use crate::testing::{NOW, hash, insert_user, on_both_databases, race, random_id, write};
use crate::{OneTime, clients, consume, sessions};

/// A person who is signed in, and a client.
struct Pair {
    db: Db,
    user: User,
    session: SessionId,
    client: ClientId,
}

impl Pair {
    async fn new(db: Db) -> Self {
        let user = insert_user(&db, "ada").await;
        let session = Session {
            id: SessionId(random_id()),
            user_id: user.id,
            auth_time: NOW,
            amr: Vec::new(),
            created_at: NOW,
            last_seen_at: NOW,
            expires_at: NOW.plus(Lifetime::days(1)),
            user_agent: String::new(),
            address: String::new(),
            browser_id: None,
            impersonator: None,
        };
        let id = session.id;
        write(&db, session, |tx, session| Box::pin(sessions::insert(tx, hash(255), session, "{}")))
            .await
            .unwrap();
        let client = client();
        let client_id = client.id;
        write(&db, client, |tx, client| Box::pin(clients::insert(tx, client))).await.unwrap();
        Self { db, user, session: id, client: client_id }
    }

    fn token(&self, kind: TokenKind, byte: u8) -> Token {
        Token {
            grant_id: Some(GrantId(random_id())),
            client_id: Some(self.client),
            user_id: Some(self.user.id),
            expires_at: Some(NOW.plus(Lifetime::seconds(60))),
            ..Token::new(
                TokenId(random_id()),
                kind,
                hash(byte),
                Permit::of_user(self.user.id, "openid email".parse().unwrap()),
                NOW,
            )
        }
    }

    fn grant(&self, id: GrantId) -> Grant {
        Grant {
            id,
            client_id: self.client,
            user_id: self.user.id,
            permit: Permit::of_user(self.user.id, Scopes::none()),
            authentication: Authentication { session_id: self.session, auth_time: NOW, amr: Vec::new() },
            created_at: NOW,
            expires_at: None,
            revoked_at: None,
        }
    }

    async fn keep(&self, token: &Token) {
        let token = token.clone();
        write(&self.db, token, |tx, token| Box::pin(insert_many(tx, slice::from_ref(token)))).await.unwrap();
    }

    async fn keep_grant(&self, id: GrantId) {
        let grant = self.grant(id);
        write(&self.db, grant, |tx, grant| Box::pin(grants::insert(tx, grant))).await.unwrap();
    }

    async fn found(&self, byte: u8) -> (Token, Option<Grant>) {
        find_by_hash(&self.db, hash(byte)).await.unwrap().unwrap()
    }
}

fn client() -> Client {
    let id = ClientId(random_id());
    let identifier = ClientIdentifier::parse(&format!("test_ci_{}", id.0.simple())).unwrap();
    let metadata = ClientMetadata {
        grants: GrantName::ALL.to_vec(),
        ..ClientMetadata::new(PersonName::parse("Ledgerly").unwrap(), ClientType::Confidential)
    };
    Client::new(id, identifier, ClientOwner::Instance, metadata, NOW)
}

async fn redeem(db: Db, client: ClientId, session: SessionId, byte: u8, now: Timestamp) -> bool {
    write(&db, (client, session), move |tx, (client, session)| {
        Box::pin(consume(tx, OneTime::Code { client: *client, session: *session }, hash(byte), now))
    })
    .await
    .unwrap()
}

async fn replace(db: Db, client: ClientId, byte: u8, successor: Vec<u8>) -> bool {
    write(&db, (client, successor), move |tx, (client, successor)| {
        Box::pin(consume(tx, OneTime::Refresh { client: *client, successor }, hash(byte), NOW))
    })
    .await
    .unwrap()
}

on_both_databases! {
    async fn what_is_kept_is_found(db: Db) {
        let pair = Pair::new(db).await;
        let token = Token {
            data: Some(TokenData::Refreshed),
            successor: Some(vec![0, 255, 1]),
            last_used_at: Some(NOW),
            ..pair.token(TokenKind::Refresh, 1)
        };
        pair.keep(&token).await;
        assert_eq!(pair.found(1).await, (token.clone(), None));
        let family = token.grant_id.unwrap();
        pair.keep_grant(family).await;
        assert_eq!(pair.found(1).await, (token, Some(pair.grant(family))));
        assert_eq!(find_by_hash(&pair.db, hash(2)).await.unwrap(), None);
        assert_eq!(grants::find(&pair.db, family).await.unwrap(), Some(pair.grant(family)));
    }

    async fn of_thirty_two_that_redeem_a_code_exactly_one_wins(db: Db) {
        let pair = Pair::new(db).await;
        for byte in 0..5 {
            pair.keep(&pair.token(TokenKind::AuthorizationCode, byte)).await;
            let won = race(32, |_| redeem(pair.db.clone(), pair.client, pair.session, byte, NOW)).await;
            assert_eq!(won.into_iter().filter(|won| *won).count(), 1);
        }
    }

    async fn of_thirty_two_that_refresh_exactly_one_leaves_its_successor(db: Db) {
        let pair = Pair::new(db).await;
        for byte in 0..5 {
            pair.keep(&pair.token(TokenKind::Refresh, byte)).await;
            let won = race(32, |i| replace(pair.db.clone(), pair.client, byte, vec![i as u8; 40])).await;
            let winners: Vec<_> = won.iter().enumerate().filter(|(_, won)| **won).collect();
            let &[(winner, _)] = winners.as_slice() else { panic!("{} won", winners.len()) };
            let (token, _) = pair.found(byte).await;
            assert_eq!((token.consumed_at, token.successor), (Some(NOW), Some(vec![winner as u8; 40])));
        }
    }

    async fn a_code_is_for_its_client_in_its_time_and_session(db: Db) {
        let pair = Pair::new(db).await;
        let db = || pair.db.clone();
        pair.keep(&pair.token(TokenKind::AuthorizationCode, 1)).await;
        pair.keep(&pair.token(TokenKind::Refresh, 2)).await;
        let (client, session, other) = (pair.client, pair.session, random_id());
        assert!(!redeem(db(), ClientId(other), session, 1, NOW).await);
        assert!(!redeem(db(), client, SessionId(other), 1, NOW).await);
        assert!(!redeem(db(), client, session, 1, NOW.plus(Lifetime::seconds(60))).await);
        assert!(!redeem(db(), client, session, 2, NOW).await, "a refresh token is no code");
        assert!(!replace(db(), client, 1, Vec::new()).await, "a code is no refresh token");
        write(&pair.db, (client, pair.user.id), |tx, (client, user)| {
            Box::pin(revoke_for_client_and_user(tx, *client, *user, NOW))
        })
        .await
        .unwrap();
        assert!(!redeem(db(), client, session, 1, NOW).await, "it was taken back");
        pair.keep(&pair.token(TokenKind::AuthorizationCode, 3)).await;
        assert!(redeem(db(), client, session, 3, NOW).await);
    }

    /// Whoever takes access back while a code is being redeemed leaves nothing alive, whichever comes first.
    async fn a_redemption_and_a_withdrawal_at_once_leave_nothing(db: Db) {
        let pair = Pair::new(db).await;
        for byte in 0..20 {
            let code = pair.token(TokenKind::AuthorizationCode, byte);
            pair.keep(&code).await;
            let grant = pair.grant(code.grant_id.unwrap());
            let redemption = {
                let (db, grant, session) = (pair.db.clone(), grant.clone(), pair.session);
                tokio::spawn(async move {
                    write(&db, grant, move |tx, grant| {
                        Box::pin(async move {
                            let code = OneTime::Code { client: grant.client_id, session };
                            if consume(tx, code, hash(byte), NOW).await? {
                                grants::insert(tx, grant).await?;
                            }
                            Ok(())
                        })
                    })
                    .await
                    .unwrap();
                })
            };
            write(&pair.db, (pair.client, pair.user.id), |tx, (client, user)| {
                Box::pin(revoke_for_client_and_user(tx, *client, *user, NOW))
            })
            .await
            .unwrap();
            redemption.await.unwrap();
            let left = grants::find(&pair.db, grant.id).await.unwrap();
            assert!(left.is_none_or(|grant| grant.revoked_at.is_some()));
        }
    }

    async fn a_token_and_a_family_are_revoked_once(db: Db) {
        let pair = Pair::new(db).await;
        let token = pair.token(TokenKind::Access, 1);
        pair.keep(&token).await;
        let family = token.grant_id.unwrap();
        pair.keep_grant(family).await;
        let revoke_token = || write(&pair.db, token.id, |tx, id| Box::pin(revoke(tx, *id, NOW)));
        assert!(revoke_token().await.unwrap());
        assert!(!revoke_token().await.unwrap());
        let revoke_family = || write(&pair.db, family, |tx, id| Box::pin(grants::revoke(tx, *id, NOW)));
        assert!(revoke_family().await.unwrap());
        assert!(!revoke_family().await.unwrap());
        let (token, grant) = pair.found(1).await;
        assert_eq!((token.revoked_at, grant.unwrap().revoked_at), (Some(NOW), Some(NOW)));
    }

    async fn what_has_ended_goes_in_batches_and_takes_empty_families_along(db: Db) {
        let pair = Pair::new(db).await;
        let family = GrantId(random_id());
        pair.keep_grant(family).await;
        for byte in 0..3 {
            pair.keep(&Token { grant_id: Some(family), ..pair.token(TokenKind::Access, byte) }).await;
        }
        let lasting = Token { expires_at: None, ..pair.token(TokenKind::Personal, 9) };
        pair.keep(&lasting).await;
        let later = NOW.plus(Lifetime::seconds(61));
        let purge = |limit| write(&pair.db, limit, move |tx, limit| Box::pin(delete_expired(tx, later, *limit)));
        assert_eq!(purge(2).await.unwrap(), 2);
        assert!(grants::find(&pair.db, family).await.unwrap().is_some());
        assert_eq!(purge(2).await.unwrap(), 1);
        assert!(grants::find(&pair.db, family).await.unwrap().is_none());
        assert_eq!(purge(2).await.unwrap(), 0);
        assert_eq!(pair.found(9).await.0, lasting);
    }

    async fn only_old_successors_are_forgotten(db: Db) {
        let pair = Pair::new(db).await;
        pair.keep(&pair.token(TokenKind::Refresh, 1)).await;
        assert!(replace(pair.db.clone(), pair.client, 1, vec![1]).await);
        let forget = |before| {
            write(&pair.db, before, |tx, before| Box::pin(forget_successors(tx, *before, 10)))
        };
        assert_eq!(forget(NOW).await.unwrap(), 0);
        assert_eq!(forget(NOW.plus(Lifetime::seconds(1))).await.unwrap(), 1);
        assert_eq!(pair.found(1).await.0.successor, None);
    }
}
