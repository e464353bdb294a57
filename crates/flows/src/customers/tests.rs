use std::collections::BTreeMap;
use std::sync::Arc;

use postern_domain::{ErrorCode, OrganizationId, Permit, Refusal};

use super::*;
use crate::testing::{self, TestApp, organization, user};
use crate::{FieldErrors, FormRefusal};

struct Shop {
    app: TestApp,
    acme: OrganizationId,
    owner: Actor,
}

async fn shop() -> Shop {
    let app = testing::app().await;
    let ada = Arc::new(user(&app, "ada").await);
    let acme = organization(&app, "acme", ada.id).await.id;
    Shop { owner: Actor::signed_in(&app, &ada), acme, app }
}

fn draft(email: &str, external_id: &str) -> CustomerDraft {
    CustomerDraft {
        email: email.to_owned(),
        name: "Grace".to_owned(),
        external_id: external_id.to_owned(),
        metadata: BTreeMap::from([("plan".to_owned(), "pro".to_owned())]),
    }
}

fn refused<T: std::fmt::Debug>(outcome: Result<T, FormRefusal>) -> Refusal {
    match outcome.unwrap_err() {
        FormRefusal::Refused(refusal) => refusal,
        FormRefusal::Fields(errors) => panic!("{errors}"),
    }
}

fn fields<T: std::fmt::Debug>(outcome: Result<T, FormRefusal>) -> FieldErrors {
    match outcome.unwrap_err() {
        FormRefusal::Fields(errors) => errors,
        FormRefusal::Refused(refusal) => panic!("{refusal}"),
    }
}

#[tokio::test]
async fn customers_come_change_and_go() {
    let Shop { app, acme, owner } = shop().await;
    let grace = create(&app, &owner, acme, &draft("grace@example.com", "g-1")).await.unwrap();
    assert_eq!(find(&app, &owner, grace.id).await.unwrap(), grace);
    assert_eq!(find_by_external_id(&app, &owner, acme, "g-1").await.unwrap(), grace);
    for (email, external_id, field) in
        [("GRACE@example.com", "", "email"), ("x@example.com", "g-1", "external_id")]
    {
        let taken = refused(create(&app, &owner, acme, &draft(email, external_id)).await);
        assert_eq!((taken.code, field_of_conflict(&taken)), (ErrorCode::Conflict, Some(field)));
    }
    let other = create(&app, &owner, acme, &draft("bob@example.com", "")).await.unwrap();
    let taken = refused(update(&app, &owner, other.id, &draft("grace@example.com", "")).await);
    assert_eq!(field_of_conflict(&taken), Some("email"));
    let changed = update(&app, &owner, grace.id, &draft("g@example.com", "")).await.unwrap();
    assert_eq!((changed.email.as_str(), changed.external_id.as_deref()), ("g@example.com", None));
    let page = list(&app, &owner, acme, Some(" G@ "), &Paging::first()).await.unwrap();
    assert_eq!((page.items, page.next), (vec![changed], None));
    delete(&app, &owner, grace.id).await.unwrap();
    assert_eq!(delete(&app, &owner, grace.id).await.unwrap_err().code, ErrorCode::NotFound);
    assert_eq!(app.customer(grace.id).await.unwrap(), None);
}

#[tokio::test]
async fn what_is_too_much_is_refused_beside_its_field() {
    let Shop { app, acme, owner } = shop().await;
    let with = |metadata: Vec<(String, String)>| CustomerDraft {
        metadata: metadata.into_iter().collect(),
        ..draft("grace@example.com", "")
    };
    let many = (0..51).map(|i| (i.to_string(), String::new())).collect();
    for metadata in [
        many,
        vec![("k".repeat(41), "v".to_owned())],
        vec![("k".to_owned(), "v".repeat(501))],
        vec![(String::new(), "v".to_owned())],
        vec![("k".to_owned(), "a\nb".to_owned())],
        vec![("a=b".to_owned(), "c".to_owned())],
    ] {
        let errors = fields(create(&app, &owner, acme, &with(metadata)).await);
        assert!(errors.of("metadata").is_some(), "{errors}");
    }
    let fits = (0..50).map(|i| (format!("{i:040}"), "é".repeat(500))).collect();
    create(&app, &owner, acme, &with(fits)).await.unwrap();
    let wrong = CustomerDraft {
        email: "grace".to_owned(),
        name: "a\u{202e}b".to_owned(),
        external_id: "x".repeat(201),
        ..CustomerDraft::default()
    };
    let errors = fields(create(&app, &owner, acme, &wrong).await);
    assert!(["email", "name", "external_id"].iter().all(|field| errors.of(field).is_some()), "{errors}");
    let lines = CustomerDraft::metadata_of("a = 1\n\n b==2 \n").unwrap();
    assert_eq!(lines, BTreeMap::from([("a".into(), "1".into()), ("b".into(), "=2".into())]));
    assert!(CustomerDraft::metadata_of("a").is_err() && CustomerDraft::metadata_of("a=1\na=2").is_err());
}

#[tokio::test]
async fn nobody_sees_or_changes_anothers_customers() {
    let Shop { app, acme, owner } = shop().await;
    let grace = create(&app, &owner, acme, &draft("grace@example.com", "g-1")).await.unwrap();
    let eve = Arc::new(user(&app, "eve").await);
    let evil = organization(&app, "evil", eve.id).await.id;
    let eve = Actor::signed_in(&app, &eve);
    let foreign = |refusal: Refusal| assert_eq!(refusal.code, ErrorCode::NotFound);
    foreign(find(&app, &eve, grace.id).await.unwrap_err());
    foreign(delete(&app, &eve, grace.id).await.unwrap_err());
    foreign(refused(update(&app, &eve, grace.id, &draft("e@example.com", "")).await));
    foreign(refused(create(&app, &eve, acme, &draft("e@example.com", "")).await));
    foreign(list(&app, &eve, acme, None, &Paging::first()).await.unwrap_err());
    foreign(find_by_external_id(&app, &eve, evil, "g-1").await.unwrap_err());
    let bob = create(&app, &owner, acme, &draft("bob@example.com", "")).await.unwrap();
    let first = list(&app, &owner, acme, None, &Paging { limit: 1, cursor: None }).await.unwrap();
    let next = Paging { limit: 1, cursor: first.next };
    assert!(next.cursor.is_some() && list(&app, &eve, evil, None, &next).await.is_err());
    let rest = list(&app, &owner, acme, None, &next).await.unwrap();
    assert_ne!(first.items, rest.items);
    assert!([&grace, &bob].contains(&&rest.items[0]) && rest.next.is_none());
}

#[tokio::test]
async fn a_credential_without_the_scope_does_not_do() {
    let Shop { app, acme, owner } = shop().await;
    let permit = |scopes: &str| Permit { scopes: scopes.parse().unwrap(), ..owner.permit().unwrap().clone() };
    let reader = Actor::with_permit(&owner, permit("customers:read"));
    list(&app, &reader, acme, None, &Paging::first()).await.unwrap();
    let refusal = refused(create(&app, &reader, acme, &draft("grace@example.com", "")).await);
    assert_eq!(refusal.code, ErrorCode::InsufficientScope);
    let nobody = Actor::with_permit(&owner, permit("members:write"));
    let refusal = list(&app, &nobody, acme, None, &Paging::first()).await.unwrap_err();
    assert_eq!(refusal.code, ErrorCode::InsufficientScope);
}
