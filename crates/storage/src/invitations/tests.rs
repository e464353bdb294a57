use postern_domain::{Lifetime, Role, UserId};

use super::*;
use crate::organizations::{self, tests::insert_organization};
use crate::testing::{NOW, hash, insert_user, on_both_databases, race, random_id, write};

const WEEK: Lifetime = Lifetime::days(7);

async fn invite(db: &Db, organization: OrganizationId, email: &str, by: UserId, link: u8) -> Invitation {
    let invitation = Invitation {
        id: InvitationId(random_id()),
        organization_id: organization,
        email: Email::parse(email).unwrap(),
        role: Role::Admin,
        invited_by: Some(by),
        created_at: NOW,
        expires_at: NOW.plus(WEEK),
    };
    let kept = invitation.clone();
    write(db, (kept, link), |tx, (it, link)| Box::pin(insert(tx, it, hash(*link)))).await.unwrap();
    invitation
}

async fn taken(db: Db, id: InvitationId, link: u8, now: Timestamp) -> bool {
    write(&db, (id, link, now), |tx, (id, link, now)| Box::pin(take(tx, *id, hash(*link), *now)))
        .await
        .unwrap()
}

on_both_databases! {
    async fn an_invitation_is_used_once(db: Db) {
        let ada = insert_user(&db, "ada").await;
        let acme = insert_organization(&db, "acme", ada.id).await.id;
        let bob = invite(&db, acme, "bob@example.com", ada.id, 1).await;
        assert_eq!(find_by_link(&db, hash(1), NOW).await.unwrap(), Some(bob.clone()));
        assert_eq!(list(&db, acme, None, 5).await.unwrap(), std::slice::from_ref(&bob));
        assert_eq!(count_open(&db, acme, NOW).await.unwrap(), 1);
        let racers = race(6, |_| taken(db.clone(), bob.id, 1, NOW)).await;
        assert_eq!(racers.into_iter().filter(|won| *won).count(), 1);
        assert_eq!(find_by_link(&db, hash(1), NOW).await.unwrap(), None);
        assert_eq!(list(&db, acme, None, 5).await.unwrap(), []);
    }

    async fn it_ends_after_its_time(db: Db) {
        let ada = insert_user(&db, "ada").await;
        let acme = insert_organization(&db, "acme", ada.id).await.id;
        let bob = invite(&db, acme, "bob@example.com", ada.id, 1).await;
        let end = NOW.plus(WEEK);
        assert_eq!(find_by_link(&db, hash(1), end).await.unwrap(), None);
        assert_eq!(count_open(&db, acme, end).await.unwrap(), 0);
        assert!(!taken(db.clone(), bob.id, 1, end).await);
        let purged = write(&db, end, |tx, end| Box::pin(purge(tx, *end, 10))).await.unwrap();
        assert_eq!(purged, 1);
    }

    async fn a_new_one_to_the_same_address_replaces_it(db: Db) {
        let ada = insert_user(&db, "ada").await;
        let acme = insert_organization(&db, "acme", ada.id).await.id;
        let first = invite(&db, acme, "bob@example.com", ada.id, 1).await;
        let second = invite(&db, acme, "BOB@example.com", ada.id, 2).await;
        assert_eq!(find_by_link(&db, hash(1), NOW).await.unwrap(), None);
        assert!(!taken(db.clone(), first.id, 1, NOW).await);
        assert_eq!(list(&db, acme, None, 5).await.unwrap(), [second]);
    }

    async fn it_is_taken_back_with_its_link(db: Db) {
        let ada = insert_user(&db, "ada").await;
        let (acme, other) =
            (insert_organization(&db, "acme", ada.id).await.id, insert_organization(&db, "other", ada.id).await.id);
        let bob = invite(&db, acme, "bob@example.com", ada.id, 1).await;
        let remove = |organization| {
            let db = db.clone();
            async move {
                let one = (organization, bob.id);
                write(&db, one, |tx, (organization, id)| Box::pin(remove(tx, *organization, *id))).await.unwrap()
            }
        };
        assert!(!remove(other).await);
        assert!(remove(acme).await && !remove(acme).await);
        assert_eq!(find_by_link(&db, hash(1), NOW).await.unwrap(), None);
        invite(&db, acme, "eve@example.com", ada.id, 2).await;
        write(&db, (acme, ada.id), |tx, (acme, ada)| Box::pin(remove_by_inviter(tx, *acme, *ada))).await.unwrap();
        assert_eq!(list(&db, acme, None, 5).await.unwrap(), []);
        invite(&db, acme, "eve@example.com", ada.id, 3).await;
        assert!(write(&db, acme, |tx, acme| Box::pin(organizations::delete(tx, *acme))).await.unwrap());
        assert_eq!(find_by_link(&db, hash(3), NOW).await.unwrap(), None);
    }
}
