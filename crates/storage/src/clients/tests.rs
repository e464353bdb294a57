mod granted;
mod registrations;

use postern_domain::{
    Authentication, Client, ClientErrorId, ClientId, ClientIdentifier, ClientMetadata, ClientOwner,
    ClientSecret, ClientType, Grant, GrantId, GrantName, Lifetime, Organizations, Permit, PersonName,
    RedirectUri, Refusal, SecretId, SessionId, SigningAlgorithm, Subject, Timestamp, TokenHash, TokenId,
    TokenKind, UserId,
};

use super::*;
use crate::testing::{NOW, hash, insert_user, on_both_databases, race, random_id, write};
use crate::tokens::Token;
use crate::{Db, StorageError, grants, tokens};

fn client(owner: ClientOwner, name: &str) -> Client {
    let id = ClientId(random_id());
    let identifier = ClientIdentifier::parse(&format!("test_ci_{}", id.0.simple())).unwrap();
    let callback = RedirectUri::register("https://app.example/cb", ClientType::Confidential).unwrap();
    let metadata = ClientMetadata {
        redirect_uris: vec![callback],
        scopes: "openid email".parse().unwrap(),
        grants: GrantName::ALL.to_vec(),
        access_token_lifetime: Some(Lifetime::seconds(90)),
        id_token_signed_response_alg: SigningAlgorithm::EdDsa,
        require_pkce: true,
        ..ClientMetadata::new(PersonName::parse(name).unwrap(), ClientType::Confidential)
    };
    Client::new(id, identifier, owner, metadata, NOW)
}

fn secret(byte: u8) -> ClientSecret {
    ClientSecret {
        id: SecretId(random_id()),
        hash: hash(byte),
        sealed: Some(vec![byte; 40]),
        hint: "x9Qe".to_owned(),
        created_at: NOW,
        expires_at: None,
        last_used_at: None,
    }
}

async fn insert_client(db: &Db, owner: ClientOwner, name: &str) -> Client {
    let client = client(owner, name);
    write(db, client.clone(), |tx, client| Box::pin(insert(tx, client))).await.unwrap();
    client
}

async fn insert_secret_of(db: &Db, client: ClientId, secret: &ClientSecret) {
    write(db, (client, secret.clone()), |tx, (client, secret)| Box::pin(insert_secret(tx, *client, secret)))
        .await
        .unwrap();
}

fn permit(user: UserId) -> Permit {
    Permit {
        subject: Subject::User(user),
        actor: None,
        organizations: Organizations::All,
        scopes: "openid".parse().unwrap(),
        claims: postern_domain::NamedClaims::none(),
        audience: None,
        limits: Vec::new(),
        expires_at: None,
    }
}

/// A grant of `user` to `client` with one token of each of these kinds.
async fn insert_grant(
    db: &Db,
    client: ClientId,
    user: UserId,
    kinds: &[TokenKind],
) -> (GrantId, Vec<TokenId>) {
    let grant = Grant {
        id: GrantId(random_id()),
        client_id: client,
        user_id: user,
        permit: permit(user),
        authentication: Authentication {
            session_id: SessionId(random_id()),
            auth_time: NOW,
            amr: Vec::new(),
        },
        created_at: NOW,
        expires_at: None,
        revoked_at: None,
    };
    let token = |kind: &TokenKind| {
        let mut hash = [0; 32];
        hash[..16].copy_from_slice(random_id().as_bytes());
        Token {
            grant_id: Some(grant.id),
            client_id: Some(client),
            user_id: Some(user),
            expires_at: Some(later(100)),
            ..Token::new(TokenId(random_id()), *kind, TokenHash(hash), permit(user), NOW)
        }
    };
    let issued: Vec<Token> = kinds.iter().map(token).collect();
    let ids = issued.iter().map(|token| token.id).collect();
    let id = grant.id;
    write(db, (grant, issued), |tx, (grant, issued)| {
        Box::pin(async move {
            grants::insert(tx, grant).await?;
            tokens::insert_many(tx, issued).await
        })
    })
    .await
    .unwrap();
    (id, ids)
}

fn later(seconds: i64) -> Timestamp {
    NOW.plus(Lifetime::seconds(seconds))
}

on_both_databases! {
    async fn what_is_inserted_is_found_with_its_secrets(db: Db) {
        let ada = insert_user(&db, "ada").await;
        let mut made = insert_client(&db, ClientOwner::User(ada.id), "Field Notes").await;
        made.secrets = vec![secret(1)];
        insert_secret_of(&db, made.id, &made.secrets[0]).await;
        assert_eq!(find(&db, made.id).await.unwrap(), Some(made.clone()));
        assert_eq!(find_by_identifier(&db, &made.identifier).await.unwrap(), Some(made.clone()));
        let other = ClientIdentifier::parse("test_ci_%").unwrap();
        assert_eq!(find_by_identifier(&db, &other).await.unwrap(), None);
        let upper = ClientIdentifier::parse(&made.identifier.as_str().to_uppercase()).unwrap();
        assert_eq!(find_by_identifier(&db, &upper).await.unwrap(), None);
        let mut twin = client(ClientOwner::Instance, "Twin");
        twin.identifier = made.identifier;
        let taken = write(&db, twin, |tx, twin| Box::pin(insert(tx, twin))).await;
        assert!(matches!(taken, Err(StorageError::Taken(_))), "{taken:?}");
    }

    async fn lists_are_of_one_owner_and_come_in_pages(db: Db) {
        let ada = insert_user(&db, "ada").await;
        let bob = insert_user(&db, "bob").await;
        let mut of_ada = Vec::new();
        for i in 0..5 {
            of_ada.push(insert_client(&db, ClientOwner::User(ada.id), &format!("A{i}")).await.id);
        }
        insert_client(&db, ClientOwner::User(bob.id), "B").await;
        insert_client(&db, ClientOwner::Instance, "I").await;
        of_ada.sort_by_key(|id| std::cmp::Reverse(*id));
        let owner = Some(ClientOwner::User(ada.id));
        let ids = |clients: Vec<Client>| clients.into_iter().map(|client| client.id).collect::<Vec<_>>();
        let first = ids(list(&db, owner, None, 3).await.unwrap());
        assert_eq!(first, of_ada[..3]);
        assert_eq!(ids(list(&db, owner, first.last().copied(), 3).await.unwrap()), of_ada[3..]);
        assert_eq!(count(&db, owner).await.unwrap(), 5);
        assert_eq!(count(&db, Some(ClientOwner::Instance)).await.unwrap(), 1);
        assert_eq!(count(&db, None).await.unwrap(), 7);
        assert_eq!(list(&db, None, None, 100).await.unwrap().len(), 7);
    }

    async fn a_bound_holds_however_many_register_at_once(db: Db) {
        let ada = insert_user(&db, "ada").await;
        let owner = ClientOwner::User(ada.id);
        insert_client(&db, ClientOwner::Instance, "I").await;
        let made = race(8, |at| {
            let (db, new) = (db.clone(), client(owner, &format!("C{at}")));
            async move {
                write(&db, (new, ada.id), |tx, (new, user)| {
                    Box::pin(async move {
                        if count_of_user(tx, *user).await? >= 3 {
                            return Ok(false);
                        }
                        insert(tx, new).await.map(|()| true)
                    })
                })
                .await
                .unwrap()
            }
        });
        assert_eq!(made.await.into_iter().filter(|made| *made).count(), 3);
        assert_eq!(count(&db, Some(owner)).await.unwrap(), 3);
    }

    async fn changes_are_kept_and_what_is_cached_is_forgotten(db: Db) {
        let made = insert_client(&db, ClientOwner::Instance, "Before").await;
        let since = db.epochs().now();
        let metadata = ClientMetadata { name: PersonName::parse("After").unwrap(), ..made.metadata };
        let is_there = write(&db, (made.id, metadata.clone()), |tx, (id, metadata)| {
            Box::pin(update_metadata(tx, *id, metadata, NOW.plus(Lifetime::seconds(5))))
        });
        assert!(is_there.await.unwrap());
        assert!(!db.epochs().holds(since, &[made.id.0]));
        let found = find(&db, made.id).await.unwrap().unwrap();
        assert_eq!((found.metadata, found.updated_at), (metadata, later(5)));
        let since = db.epochs().now();
        let close = write(&db, made.id, |tx, id| Box::pin(set_disabled(tx, *id, true, NOW)));
        assert!(close.await.unwrap());
        assert!(!db.epochs().holds(since, &[made.id.0]));
        assert!(find(&db, made.id).await.unwrap().unwrap().disabled);
        let nobody = ClientId(random_id());
        assert!(!write(&db, nobody, |tx, id| Box::pin(set_disabled(tx, *id, true, NOW))).await.unwrap());
    }

    async fn one_secret_is_current_and_others_end(db: Db) {
        let made = insert_client(&db, ClientOwner::Instance, "App").await;
        let (old, new) = (secret(1), secret(2));
        insert_secret_of(&db, made.id, &old).await;
        let end = |at: i64| {
            write(&db, (made.id, later(at)), |tx, (id, now)| {
                Box::pin(end_secrets(tx, *id, *now, now.plus(Lifetime::seconds(100))))
            })
        };
        assert_eq!(end(0).await.unwrap(), 1);
        insert_secret_of(&db, made.id, &new).await;
        let found = find(&db, made.id).await.unwrap().unwrap();
        let ends: Vec<_> = found.secrets.iter().map(|secret| (secret.id, secret.expires_at)).collect();
        assert_eq!(ends, [(new.id, None), (old.id, Some(later(100)))]);
        assert_eq!(found.live_secrets(later(99)).count(), 2);
        assert_eq!(found.live_secrets(later(100)).count(), 1);
        // The first has ended by now and goes; the second ends in its turn.
        assert_eq!(end(100).await.unwrap(), 1);
        let wrong_client = write(&db, (ClientId(random_id()), new.id), |tx, (client, id)| {
            Box::pin(delete_secret(tx, *client, *id))
        });
        assert!(!wrong_client.await.unwrap());
        let right_client = write(&db, (made.id, new.id), |tx, (client, id)| {
            Box::pin(delete_secret(tx, *client, *id))
        });
        assert!(right_client.await.unwrap());
        assert!(find(&db, made.id).await.unwrap().unwrap().secrets.is_empty());
    }

    async fn of_many_rotations_at_once_one_finds_one_secret(db: Db) {
        let made = insert_client(&db, ClientOwner::Instance, "App").await;
        insert_secret_of(&db, made.id, &secret(0)).await;
        let found = race(32, |i| {
            let db = db.clone();
            let next = secret(i as u8 + 1);
            async move {
                write(&db, (made.id, next), |tx, (id, next)| {
                    Box::pin(async move {
                        let others = end_secrets(tx, *id, NOW, NOW.plus(Lifetime::seconds(9))).await?;
                        if others == 1 {
                            insert_secret(tx, *id, next).await?;
                        }
                        Ok(others)
                    })
                })
                .await
                .unwrap()
            }
        })
        .await;
        assert_eq!(found.iter().filter(|others| **others == 1).count(), 1, "{found:?}");
        assert_eq!(find(&db, made.id).await.unwrap().unwrap().secrets.len(), 2);
    }

    async fn use_is_noted_and_not_taken_back(db: Db) {
        let made = insert_client(&db, ClientOwner::Instance, "App").await;
        let with = secret(1);
        insert_secret_of(&db, made.id, &with).await;
        let before = find(&db, made.id).await.unwrap().unwrap();
        assert!(before.wants_touch(Some(with.id), NOW));
        for at in [later(10), later(5)] {
            let used = write(&db, (made.id, with.id, at), |tx, (id, with, at)| {
                Box::pin(touch(tx, *id, Some(*with), *at))
            });
            used.await.unwrap();
        }
        let after = find(&db, made.id).await.unwrap().unwrap();
        assert_eq!((after.last_used_at, after.secrets[0].last_used_at), (Some(later(10)), Some(later(10))));
        assert!(!after.wants_touch(Some(with.id), later(300)));
        assert!(after.wants_touch(None, later(610)));
    }

    async fn a_logo_is_found_by_its_digest(db: Db) {
        let made = insert_client(&db, ClientOwner::Instance, "App").await;
        let logo = |name: &str| Logo {
            digest: name.repeat(64),
            content_type: "image/png".to_owned(),
            bytes: name.repeat(1_000).into_bytes(),
        };
        for name in ["a", "b"] {
            write(&db, (made.id, logo(name)), |tx, (id, logo)| Box::pin(set_logo(tx, *id, logo))).await.unwrap();
        }
        assert_eq!(find_logo(&db, &"a".repeat(64)).await.unwrap(), None);
        assert_eq!(find_logo(&db, &"b".repeat(64)).await.unwrap(), Some(logo("b")));
        assert_eq!(find(&db, made.id).await.unwrap().unwrap().logo_digest, Some("b".repeat(64)));
        write(&db, made.id, |tx, id| Box::pin(remove_logo(tx, *id))).await.unwrap();
        assert_eq!(find_logo(&db, &"b".repeat(64)).await.unwrap(), None);
        assert_eq!(find(&db, made.id).await.unwrap().unwrap().logo_digest, None);
    }

    async fn the_last_fifty_errors_are_kept(db: Db) {
        let made = insert_client(&db, ClientOwner::Instance, "App").await;
        let other = insert_client(&db, ClientOwner::Instance, "Other").await;
        let note = |client: ClientId, i: i64| {
            let input = (ClientErrorId(random_id()), client, later(i));
            write(&db, input, move |tx, (id, client, at)| {
                Box::pin(async move {
                    let refusal = Refusal::invalid_grant(format!("number {i}"));
                    record_error(tx, *id, *client, *at, "token", &refusal).await
                })
            })
        };
        note(other.id, 0).await.unwrap();
        for i in 0..53 {
            note(made.id, i).await.unwrap();
        }
        note(ClientId(random_id()), 0).await.unwrap();
        let kept = recent_errors(&db, made.id).await.unwrap();
        assert_eq!(kept.len(), 50);
        assert_eq!((kept[0].at, kept[49].at), (later(52), later(3)));
        let first = &kept[0];
        assert_eq!(
            (first.endpoint.as_str(), first.code.as_str(), first.description.as_str()),
            ("token", "invalid_grant", "number 52")
        );
        assert_eq!(recent_errors(&db, other.id).await.unwrap().len(), 1);
    }

    async fn a_large_client_is_emptied_part_by_part(db: Db) {
        let ada = insert_user(&db, "ada").await.id;
        let made = insert_client(&db, ClientOwner::User(ada), "App").await.id;
        let kept = insert_client(&db, ClientOwner::User(ada), "Other").await.id;
        use TokenKind::{Access, Refresh};
        for _ in 0..3 {
            insert_grant(&db, made, ada, &[Access, Refresh]).await;
        }
        insert_grant(&db, kept, ada, &[Access]).await;
        let part = || write(&db, made, |tx, id| Box::pin(empty(tx, *id, 4, NOW)));
        assert!(part().await.unwrap(), "two tokens are left");
        assert!(find(&db, made).await.unwrap().unwrap().disabled, "no token works in between");
        assert!(!part().await.unwrap());
        let left = usage(&db, &[made, kept], NOW, NOW).await.unwrap();
        assert_eq!((left[&made].live_tokens, left[&kept].live_tokens), (0, 1));
    }

    async fn use_is_counted_by_what_works_now(db: Db) {
        let ada = insert_user(&db, "ada").await.id;
        let bob = insert_user(&db, "bob").await.id;
        let made = insert_client(&db, ClientOwner::User(ada), "App").await.id;
        let unused = insert_client(&db, ClientOwner::User(ada), "Unused").await.id;
        use TokenKind::{Access, AuthorizationCode, Refresh};
        insert_grant(&db, made, ada, &[Access, Refresh, AuthorizationCode]).await;
        insert_grant(&db, made, ada, &[Access]).await;
        let (of_bob, _) = insert_grant(&db, made, bob, &[Access, Refresh]).await;
        let count = |now: Timestamp| {
            let db = db.clone();
            async move { usage(&db, &[made, unused], now, NOW).await.unwrap() }
        };
        let both = count(NOW).await;
        assert_eq!((both[&made].users, both[&made].live_tokens), (2, 5));
        assert_eq!(both[&unused], ClientUsage::default());
        write(&db, of_bob, |tx, id| {
            Box::pin(async move { grants::revoke(tx, *id, NOW).await.map(|_| ()) })
        })
        .await
        .unwrap();
        let after = count(NOW).await;
        assert_eq!((after[&made].users, after[&made].live_tokens), (1, 3));
        assert_eq!(count(later(100)).await[&made], ClientUsage::default());
        let error = (ClientErrorId(random_id()), made);
        write(&db, error, |tx, (id, client)| {
            Box::pin(async move {
                record_error(tx, *id, *client, NOW.plus(Lifetime::seconds(1)), "token", &Refusal::invalid_grant("x")).await
            })
        })
        .await
        .unwrap();
        assert_eq!(count(NOW).await[&made].recent_errors, 1);
        assert!(usage(&db, &[], NOW, NOW).await.unwrap().is_empty());
    }

    async fn a_deleted_client_leaves_nothing(db: Db) {
        let ada = insert_user(&db, "ada").await;
        let made = insert_client(&db, ClientOwner::User(ada.id), "App").await;
        insert_secret_of(&db, made.id, &secret(1)).await;
        let since = db.epochs().now();
        assert!(write(&db, made.id, |tx, id| Box::pin(delete(tx, *id))).await.unwrap());
        assert!(!db.epochs().holds(since, &[made.id.0]));
        assert_eq!(find(&db, made.id).await.unwrap(), None);
        assert!(!write(&db, made.id, |tx, id| Box::pin(delete(tx, *id))).await.unwrap());
    }
}
