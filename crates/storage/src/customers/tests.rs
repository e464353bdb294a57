use std::collections::BTreeMap;

use postern_domain::{
    Email, Lifetime, Organization, OrganizationPolicy, Permit, PersonName, Scopes, Slug, Tier, TokenId,
    TokenKind,
};

use super::*;
use crate::organizations;
use crate::testing::{NOW, hash, insert_user, on_both_databases, random_id, write};
use crate::tokens::{Token, find_by_hash, insert_many};

async fn organization(db: &Db, slug: &str) -> OrganizationId {
    let owner = insert_user(db, slug).await.id;
    let new = Organization {
        id: OrganizationId(random_id()),
        slug: Slug::parse(slug).unwrap(),
        name: PersonName::parse(slug).unwrap(),
        policy: OrganizationPolicy::default(),
        tier: Tier::Default,
        created_at: NOW,
        updated_at: NOW,
    };
    let id = new.id;
    write(db, (new, owner), |tx, (new, owner)| Box::pin(organizations::insert(tx, new, random_id(), *owner)))
        .await
        .unwrap();
    id
}

fn customer(organization: OrganizationId, email: &str, name: Option<&str>) -> Customer {
    Customer {
        id: CustomerId(random_id()),
        organization_id: organization,
        external_id: None,
        email: Email::parse(email).unwrap(),
        name: name.map(|name| PersonName::parse(name).unwrap()),
        metadata: BTreeMap::from([("plan".to_owned(), "pro".to_owned())]),
        created_at: NOW,
        updated_at: NOW,
    }
}

async fn keep(db: &Db, customer: Customer) -> Result<Customer, StorageError> {
    write(db, customer.clone(), |tx, customer| Box::pin(insert(tx, customer))).await?;
    Ok(customer)
}

/// The local parts of the addresses, page by page.
async fn pages(db: &Db, organization: OrganizationId, search: Option<&str>, limit: u64) -> Vec<String> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = list(db, organization, search, after.as_ref(), limit).await.unwrap();
        let Some(last) = page.last() else { return found };
        let place = Place::of(last, search);
        assert_eq!(place.to_string().parse(), Ok(place.clone()));
        after = Some(place);
        found.extend(page.iter().map(|one| one.email.as_str().split('@').next().unwrap().to_owned()));
    }
}

on_both_databases! {
    async fn a_customer_is_read_as_it_was_written_and_found_by_its_own_organization(db: Db) {
        let (acme, other) = (organization(&db, "acme").await, organization(&db, "other").await);
        let mut ada = customer(acme, "ada@example.com", Some("Ada"));
        ada.external_id = Some("a-1".to_owned());
        let ada = keep(&db, ada).await.unwrap();
        assert_eq!(find(&db, ada.id).await.unwrap(), Some(ada.clone()));
        assert_eq!(find_by_external_id(&db, acme, "a-1").await.unwrap(), Some(ada.clone()));
        assert_eq!(find_by_external_id(&db, other, "a-1").await.unwrap(), None);
        let changed = Customer { name: None, external_id: None, updated_at: NOW.plus(Lifetime::days(1)), ..ada.clone() };
        let update = |to: &Customer, seen: &Customer| {
            write(&db, (to.clone(), seen.clone()), |tx, (to, seen)| Box::pin(update(tx, to, seen)))
        };
        assert!(update(&changed, &ada).await.unwrap());
        assert!(!update(&changed, &ada).await.unwrap(), "it was changed meanwhile");
        assert_eq!(find(&db, ada.id).await.unwrap(), Some(changed));
        assert_eq!((count(&db, acme, 9).await.unwrap(), count(&db, other, 9).await.unwrap()), (1, 0));
    }

    async fn address_and_external_id_are_one_customers(db: Db) {
        let (acme, other) = (organization(&db, "acme").await, organization(&db, "other").await);
        let with_id = |organization, email: &str| Customer {
            external_id: Some("1".to_owned()),
            ..customer(organization, email, None)
        };
        keep(&db, with_id(acme, "ada@example.com")).await.unwrap();
        let taken = keep(&db, customer(acme, "ADA@example.com", None)).await.unwrap_err();
        assert_eq!(Taken::of(&taken), Some(Taken::Email));
        let taken = keep(&db, with_id(acme, "bob@example.com")).await.unwrap_err();
        assert_eq!(Taken::of(&taken), Some(Taken::ExternalId));
        keep(&db, with_id(other, "ada@example.com")).await.unwrap();
        for email in ["bob@example.com", "eve@example.com"] {
            keep(&db, customer(acme, email, None)).await.unwrap();
        }
    }

    async fn a_search_is_literal_and_its_pages_are_whole(db: Db) {
        let acme = organization(&db, "acme").await;
        for (email, name) in [
            ("ada", Some("Zoe")),
            ("adam", Some("Adam")),
            ("bob", Some("ADA L%")),
            ("carl", Some("Ada L%velace")),
            ("dave", None),
            ("a_b", Some("x_y")),
            ("axb", Some("Ðž %")),
        ] {
            keep(&db, customer(acme, &format!("{email}@example.com"), name)).await.unwrap();
        }
        let other = organization(&db, "other").await;
        keep(&db, customer(other, "ada@example.com", Some("Ada"))).await.unwrap();
        for limit in [1, 2, 9] {
            let found = |search| pages(&db, acme, Some(search), limit);
            assert_eq!(found("ada").await, ["ada", "adam", "bob", "carl"]);
            assert_eq!(found("ADA L%").await, ["bob", "carl"]);
            assert_eq!(found("a_").await, ["a_b"]);
            assert_eq!(found("%").await, Vec::<String>::new());
            assert_eq!(found("ðž").await, ["axb"]);
            assert_eq!(found("'; --").await, Vec::<String>::new());
            assert_eq!(pages(&db, acme, None, limit).await.len(), 7);
        }
        assert!("x".parse::<Place>().is_err());
    }

    async fn with_a_customer_go_its_sessions(db: Db) {
        let acme = organization(&db, "acme").await;
        let ada = keep(&db, customer(acme, "ada@example.com", None)).await.unwrap();
        let permit = Permit::of_customer(ada.id, acme, Scopes::none());
        let token = Token {
            customer_id: Some(ada.id),
            organization_id: Some(acme),
            ..Token::new(TokenId(random_id()), TokenKind::CustomerSession, hash(1), permit, NOW)
        };
        write(&db, token, |tx, token| Box::pin(insert_many(tx, std::slice::from_ref(token)))).await.unwrap();
        assert!(write(&db, ada.id, |tx, id| Box::pin(is_there(tx, *id))).await.unwrap());
        let since = db.epochs().now();
        assert!(write(&db, ada.id, |tx, id| Box::pin(delete(tx, *id))).await.unwrap());
        assert!(!db.epochs().holds(since, &[ada.id.0]));
        assert_eq!(find_by_hash(&db, hash(1)).await.unwrap(), None);
        assert!(!write(&db, ada.id, |tx, id| Box::pin(is_there(tx, *id))).await.unwrap());
        assert!(!write(&db, ada.id, |tx, id| Box::pin(delete(tx, *id))).await.unwrap());
    }
}
