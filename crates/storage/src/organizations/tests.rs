use super::*;
use crate::testing::{NOW, insert_user, on_both_databases, random_id, write};

fn organization(slug: &str) -> Organization {
    Organization {
        id: OrganizationId(random_id()),
        slug: Slug::parse(slug).unwrap(),
        name: PersonName::parse(slug).unwrap(),
        policy: OrganizationPolicy::default(),
        tier: Tier::Default,
        created_at: NOW,
        updated_at: NOW,
    }
}

pub(crate) async fn insert_organization(db: &Db, slug: &str, owner: UserId) -> Organization {
    let new = organization(slug);
    write(db, (new.clone(), owner), |tx, (new, owner)| Box::pin(insert(tx, new, random_id(), *owner)))
        .await
        .unwrap();
    new
}

fn member(organization: &Organization, user: UserId, role: Role) -> Membership {
    Membership { organization_id: organization.id, user_id: user, role, created_at: NOW }
}

on_both_databases! {
    async fn members_without_a_second_factor_are_found(db: Db) {
        let people = [insert_user(&db, "ada").await.id, insert_user(&db, "bob").await.id];
        let acme = insert_organization(&db, "acme", people[0]).await;
        let bobs = Membership { created_at: Timestamp(NOW.0 + 1), ..member(&acme, people[1], Role::Member) };
        write(&db, bobs, |tx, bobs| Box::pin(add_member(tx, random_id(), bobs))).await.unwrap();
        assert_eq!(without_second_factor(&db, acme.id, 5).await.unwrap(), people);
        assert_eq!(without_second_factor(&db, acme.id, 1).await.unwrap(), [people[0]]);
        let app = crate::authenticators::Authenticator { secret: vec![1], last_step: 0, created_at: NOW };
        write(&db, (people[0], app), |tx, (user, app)| Box::pin(crate::authenticators::put(tx, *user, app)))
            .await
            .unwrap();
        assert_eq!(without_second_factor(&db, acme.id, 5).await.unwrap(), [people[1]]);
        assert!(crate::second_factors::are_there(&db, people[0]).await.unwrap());
        assert!(!crate::second_factors::are_there(&db, people[1]).await.unwrap());
    }

    async fn an_organization_is_read_as_it_was_written(db: Db) {
        let ada = insert_user(&db, "ada").await;
        let mut acme = insert_organization(&db, "acme", ada.id).await;
        assert_eq!(find(&db, acme.id).await.unwrap(), Some(acme.clone()));
        acme.slug = Slug::parse("acme-labs").unwrap();
        acme.policy.apps_need_approval = true;
        acme.tier = Tier::Elevated;
        assert!(write(&db, acme.clone(), |tx, acme| Box::pin(update(tx, acme))).await.unwrap());
        assert_eq!(find_by_slug(&db, &acme.slug).await.unwrap(), Some(acme.clone()));
        assert_eq!(of_user(&db, ada.id).await.unwrap(), [(acme, Role::Owner)]);
    }

    async fn a_slug_is_one_organizations(db: Db) {
        let ada = insert_user(&db, "ada").await;
        insert_organization(&db, "acme", ada.id).await;
        let second = organization("acme");
        let taken = write(&db, (second, ada.id), |tx, (new, owner)| {
            Box::pin(insert(tx, new, random_id(), *owner))
        });
        assert!(matches!(taken.await, Err(StorageError::Taken(_))));
    }

    async fn members_come_change_and_go(db: Db) {
        let (ada, bob) = (insert_user(&db, "ada").await, insert_user(&db, "bob").await);
        let acme = insert_organization(&db, "acme", ada.id).await;
        let bobs = member(&acme, bob.id, Role::Member);
        for is_new in [true, false] {
            let added = write(&db, bobs, |tx, it| Box::pin(add_member(tx, random_id(), it))).await.unwrap();
            assert_eq!(added, is_new);
        }
        assert_eq!(role(&db, acme.id, bob.id).await.unwrap(), Some(Role::Member));
        assert!(write(&db, bobs, |tx, it| Box::pin(set_role(tx, it.organization_id, it.user_id, Role::Owner)))
            .await
            .unwrap());
        assert_eq!(count_members(&db, acme.id, 9).await.unwrap(), (2, 2));
        assert_eq!(members(&db, acme.id, None, 1).await.unwrap().len(), 1);
        let first = members(&db, acme.id, None, 1).await.unwrap()[0];
        let rest = members(&db, acme.id, Some((first.created_at, first.user_id)), 9).await.unwrap();
        assert_eq!(rest.len(), 1);
        assert!(write(&db, bobs, |tx, it| Box::pin(remove_member(tx, it.organization_id, it.user_id))).await.unwrap());
        assert_eq!(role(&db, acme.id, bob.id).await.unwrap(), None);
    }

    async fn a_deleted_organization_has_no_members(db: Db) {
        let ada = insert_user(&db, "ada").await;
        let acme = insert_organization(&db, "acme", ada.id).await;
        assert!(write(&db, acme.id, |tx, id| Box::pin(delete(tx, *id))).await.unwrap());
        assert!(of_user(&db, ada.id).await.unwrap().is_empty());
        assert!(!write(&db, acme.id, |tx, id| Box::pin(delete(tx, *id))).await.unwrap());
    }

    async fn of_two_owners_who_leave_at_once_one_stays(db: Db) {
        let (ada, bob) = (insert_user(&db, "ada").await, insert_user(&db, "bob").await);
        let acme = insert_organization(&db, "acme", ada.id).await;
        let second = member(&acme, bob.id, Role::Owner);
        write(&db, second, |tx, it| Box::pin(add_member(tx, random_id(), it))).await.unwrap();
        let left = crate::testing::race(2, |i| {
            let (db, acme, who) = (db.clone(), acme.id, [ada.id, bob.id][i]);
            async move {
                write(&db, (acme, who), |tx, (acme, who)| {
                    Box::pin(async move {
                        Ok(owners_now(tx, *acme).await? > 1 && remove_member(tx, *acme, *who).await?)
                    })
                })
                .await
                .unwrap()
            }
        });
        assert_eq!(left.await.into_iter().filter(|left| *left).count(), 1);
    }

    async fn a_search_is_literal_and_its_pages_are_whole(db: Db) {
        let ada = insert_user(&db, "ada").await;
        for (slug, name) in
            [("acme", "Zoo"), ("ac-dc", "Rock"), ("zoo", "ACME 50%"), ("b-side", "Acme_x"), ("acorn", "Ærø \u{10ffff}")]
        {
            let new = Organization { name: PersonName::parse(name).unwrap(), ..organization(slug) };
            let made = write(&db, (new, ada.id), |tx, (new, owner)| {
                Box::pin(insert(tx, new, random_id(), *owner))
            });
            made.await.unwrap();
        }
        for limit in [1, 2, 9] {
            for (search, slugs) in [
                (None, &["ac-dc", "acme", "acorn", "b-side", "zoo"][..]),
                (Some("ac"), &["ac-dc", "acme", "acorn", "zoo", "b-side"]),
                (Some("ACME"), &["acme", "zoo", "b-side"]),
                (Some("acme_"), &["b-side"]),
                (Some("acme 50%"), &["zoo"]),
                (Some("zo"), &["zoo", "acme"]),
                (Some("ærø \u{10ffff}"), &["acorn"]),
                (Some("%"), &[]),
                (Some("_"), &[]),
                (Some("' OR 1=1 --"), &[]),
                (Some("\u{10ffff}"), &[]),
            ] {
                let (mut found, mut after) = (Vec::new(), None);
                loop {
                    let part = list(&db, search, after.as_ref(), limit).await.unwrap();
                    let Some(last) = part.last() else { break };
                    let place = Place::of(last, search);
                    assert_eq!(place.to_string().parse(), Ok(place.clone()));
                    after = Some(place);
                    found.extend(part.iter().map(|one| one.slug.to_string()));
                }
                assert_eq!(found, slugs, "{search:?} by {limit}");
            }
        }
        assert!("x".parse::<Place>().is_err());
    }
}
