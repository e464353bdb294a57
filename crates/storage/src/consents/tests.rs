use std::slice;

use postern_domain::{
    AuthMethodReference, Authentication, Grant, GrantId, Permit, SessionId, TokenId, TokenKind,
};

use super::*;
use crate::testing::{NOW, hash, insert_client, insert_user, on_both_databases, race, random_id, write};
use crate::tokens::Token;
use crate::{grants, tokens};

fn consent(user: UserId, client: ClientId, scopes: &str, host: &str, at: i64) -> Consent {
    Consent {
        id: ConsentId(random_id()),
        user_id: user,
        client_id: client,
        subject: Subject::User(user),
        scopes: scopes.parse().unwrap(),
        claims: BTreeSet::new(),
        organizations: Organizations::All,
        limits: Vec::new(),
        redirect_host: host.to_owned(),
        granted_at: Timestamp(NOW.0 + at),
        updated_at: Timestamp(NOW.0 + at),
    }
}

async fn keep(db: &Db, consent: Consent) {
    write(db, consent, |tx, consent| Box::pin(upsert(tx, consent))).await.unwrap();
}

async fn take_back(db: &Db, user: UserId, client: ClientId) -> bool {
    write(db, (user, client), |tx, (user, client)| Box::pin(delete(tx, *user, *client))).await.unwrap()
}

/// A grant with a token that was last used `used` seconds from now on.
async fn grant_token(
    db: &Db,
    user: UserId,
    client: ClientId,
    scopes: &str,
    byte: u8,
    used: Option<i64>,
) -> GrantId {
    let permit = Permit::of_user(user, scopes.parse().unwrap());
    let grant = Grant {
        id: GrantId(random_id()),
        client_id: client,
        user_id: user,
        permit: permit.clone(),
        authentication: Authentication {
            session_id: SessionId(random_id()),
            auth_time: NOW,
            amr: vec![AuthMethodReference::Pwd],
        },
        created_at: NOW,
        expires_at: None,
        revoked_at: None,
    };
    let token = Token {
        grant_id: Some(grant.id),
        client_id: Some(client),
        user_id: Some(user),
        expires_at: Some(Timestamp(NOW.0 + 100)),
        last_used_at: used.map(|seconds| Timestamp(NOW.0 + seconds)),
        ..Token::new(TokenId(random_id()), TokenKind::Access, hash(byte), permit, NOW)
    };
    let id = grant.id;
    write(db, (grant, token), |tx, (grant, token)| {
        Box::pin(async move {
            grants::insert(tx, grant).await?;
            tokens::insert_many(tx, slice::from_ref(token)).await
        })
    })
    .await
    .unwrap();
    id
}

async fn connected(db: &Db, user: UserId, now: i64) -> Vec<ClientId> {
    let found = connections(db, user, None, 10, Timestamp(NOW.0 + now)).await.unwrap();
    found.into_iter().map(|one| one.client_id).collect()
}

on_both_databases! {
    async fn a_renewed_consent_adds_to_the_one_there_is(db: Db) {
        let user = insert_user(&db, "ada").await.id;
        let client = insert_client(&db, "notes").await;
        let first = consent(user, client, "openid email", "notes.example", 0);
        keep(&db, first.clone()).await;
        assert_eq!(find(&db, user, client, Subject::User(user)).await.unwrap(), Some(first.clone()));

        keep(&db, consent(user, client, "openid profile", "new.example", 7)).await;
        let renewed = find(&db, user, client, Subject::User(user)).await.unwrap().unwrap();
        assert_eq!((renewed.id, renewed.granted_at), (first.id, first.granted_at));
        assert_eq!(renewed.updated_at.0, NOW.0 + 7);
        assert_eq!(renewed.scopes, "openid email profile".parse().unwrap());
        assert_eq!(renewed.redirect_host, "new.example");

        let organization = Subject::Organization(OrganizationId(random_id()));
        assert_eq!(find(&db, user, client, organization).await.unwrap(), None);
        keep(&db, Consent { subject: organization, ..consent(user, client, "openid", "notes.example", 0) }).await;
        let found = find(&db, user, client, organization).await.unwrap().unwrap();
        assert_eq!((found.subject, found.scopes), (organization, "openid".parse().unwrap()));

        assert!(take_back(&db, user, client).await);
        assert!(!take_back(&db, user, client).await);
        assert_eq!(find(&db, user, client, Subject::User(user)).await.unwrap(), None);
    }

    async fn claims_add_up_and_are_told_beside_the_scopes(db: Db) {
        let user = insert_user(&db, "ada").await.id;
        let client = insert_client(&db, "notes").await;
        for (scopes, claim) in [("openid", Claim::Name), ("openid", Claim::Email), ("openid email", Claim::Email)] {
            let plain = consent(user, client, scopes, "notes.example", 0);
            keep(&db, Consent { claims: [claim].into(), ..plain }).await;
        }
        let found = find(&db, user, client, Subject::User(user)).await.unwrap().unwrap();
        assert_eq!(found.claims, [Claim::Name, Claim::Email].into());
        let told = connections(&db, user, None, 10, NOW).await.unwrap();
        assert_eq!(told[0].claims, [Claim::Name].into(), "the scope tells the other one");
    }

    async fn the_last_decision_about_organizations_counts(db: Db) {
        let user = insert_user(&db, "ada").await.id;
        let client = insert_client(&db, "notes").await;
        let [acme, other] = [OrganizationId(random_id()), OrganizationId(random_id())];
        let decisions = [
            Organizations::All,
            Organizations::Only([acme].into()),
            Organizations::Only([acme, other].into()),
            Organizations::Only(BTreeSet::new()),
            Organizations::All,
        ];
        for organizations in decisions {
            let limited = Consent { organizations, ..consent(user, client, "openid", "notes.example", 0) };
            keep(&db, limited.clone()).await;
            let found = find(&db, user, client, Subject::User(user)).await.unwrap().unwrap();
            assert_eq!(found.organizations, limited.organizations);
        }
    }

    async fn what_was_allowed_for_an_organization_is_taken_back(db: Db) {
        let (ada, bob) = (insert_user(&db, "ada").await.id, insert_user(&db, "bob").await.id);
        let (notes, charts) = (insert_client(&db, "notes").await, insert_client(&db, "charts").await);
        let [acme, other] = [OrganizationId(random_id()), OrganizationId(random_id())];
        for (user, client, organization) in
            [(ada, notes, acme), (ada, charts, acme), (bob, notes, acme), (ada, notes, other)]
        {
            let subject = Subject::Organization(organization);
            keep(&db, Consent { subject, ..consent(user, client, "openid", "notes.example", 0) }).await;
        }
        keep(&db, consent(ada, notes, "openid", "notes.example", 0)).await;
        assert_eq!(count_clients_of_organization(&db, acme).await.unwrap(), 2);
        assert_eq!(clients_of_organization(&db, acme, 1).await.unwrap().len(), 1);
        for (whose, gone, left) in
            [(Whose::User(bob), 1, 2), (Whose::Client(notes), 1, 1), (Whose::Everybodys, 1, 0)]
        {
            let deleted = write(&db, (acme, whose), |tx, (acme, whose)| {
                Box::pin(delete_for_organization(tx, *acme, *whose))
            });
            assert_eq!(deleted.await.unwrap(), gone, "{whose:?}");
            assert_eq!(count_clients_of_organization(&db, acme).await.unwrap(), left, "{whose:?}");
        }
        assert_eq!(count_clients_of_organization(&db, other).await.unwrap(), 1);
        assert!(find(&db, ada, notes, Subject::User(ada)).await.unwrap().is_some());
    }

    async fn of_consents_given_at_once_none_is_lost(db: Db) {
        let user = insert_user(&db, "ada").await.id;
        let client = insert_client(&db, "notes").await;
        race(16, |i| {
            let (db, one) = (db.clone(), consent(user, client, &format!("scope{i}"), "notes.example", 0));
            async move { keep(&db, one).await }
        })
        .await;
        let found = find(&db, user, client, Subject::User(user)).await.unwrap().unwrap();
        assert_eq!(found.scopes.len(), 16);
    }

    async fn whatever_changes_a_consent_moves_its_persons_epoch(db: Db) {
        let user = insert_user(&db, "ada").await.id;
        let client = insert_client(&db, "notes").await;
        let before = db.epochs().now();
        keep(&db, consent(user, client, "openid", "notes.example", 0)).await;
        assert!(!db.epochs().holds(before, &[user.0]));
        let between = db.epochs().now();
        assert!(db.epochs().holds(between, &[user.0]));
        take_back(&db, user, client).await;
        assert!(!db.epochs().holds(between, &[user.0]));
    }

    async fn apps_with_a_consent_or_a_live_token_are_connected(db: Db) {
        let user = insert_user(&db, "ada").await.id;
        let other = insert_user(&db, "bob").await.id;
        let (consented, trusted, revoked) =
            (insert_client(&db, "a").await, insert_client(&db, "b").await, insert_client(&db, "c").await);
        keep(&db, consent(user, consented, "openid email", "a.example", -50)).await;
        grant_token(&db, user, consented, "openid", 1, Some(-10)).await;
        grant_token(&db, user, trusted, "profile", 2, None).await;
        grant_token(&db, other, revoked, "openid", 3, None).await;
        let dead = grant_token(&db, user, revoked, "openid", 4, Some(-5)).await;
        write(&db, dead, |tx, grant| Box::pin(grants::revoke(tx, *grant, NOW))).await.unwrap();

        let found = connections(&db, user, None, 10, NOW).await.unwrap();
        assert_eq!(found, [
            Connection {
                client_id: trusted,
                since: NOW,
                last_used_at: None,
                scopes: "profile".parse().unwrap(),
                claims: BTreeSet::new(),
            },
            Connection {
                client_id: consented,
                since: Timestamp(NOW.0 - 50),
                last_used_at: Some(Timestamp(NOW.0 - 10)),
                scopes: "openid email".parse().unwrap(),
                claims: BTreeSet::new(),
            },
        ]);
        assert_eq!(connected(&db, user, 100).await, [consented], "the other's token is over");

        write(&db, (user, consented), |tx, (user, client)| {
            Box::pin(async move {
                delete(tx, *user, *client).await?;
                tokens::revoke_for_client_and_user(tx, *client, *user, NOW).await
            })
        })
        .await
        .unwrap();
        assert_eq!(connected(&db, user, 0).await, [trusted]);
        assert_eq!(connected(&db, other, 0).await, [revoked]);
    }

    async fn the_list_goes_on_where_it_stopped(db: Db) {
        let user = insert_user(&db, "ada").await.id;
        for i in 0..7 {
            let client = insert_client(&db, &format!("client{i}")).await;
            // Three of one second, so that the client decides.
            keep(&db, consent(user, client, "openid", "a.example", -(i / 3))).await;
        }
        let whole = connections(&db, user, None, 10, NOW).await.unwrap();
        assert_eq!(whole.len(), 7);
        let mut pieces = Vec::new();
        let mut after = None;
        loop {
            let piece = connections(&db, user, after, 2, NOW).await.unwrap();
            let Some(last) = piece.last() else { break };
            after = Some(last.cursor());
            pieces.extend(piece);
        }
        assert_eq!(pieces, whole);
    }
}
