use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use postern_domain::{ErrorCode, Organization, Subject};

use super::*;
use crate::bearer::{self, Holder};
use crate::customers::{self as flow, CustomerDraft};
use crate::testing::{self, TestApp, organization, user};

const FROM: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

struct Shop {
    app: TestApp,
    acme: Organization,
    owner: Actor,
    customer: Customer,
}

async fn shop() -> Shop {
    let app = testing::app().await;
    let ada = Arc::new(user(&app, "ada").await);
    let acme = organization(&app, "acme", ada.id).await;
    let owner = Actor::signed_in(&app, &ada);
    let draft = CustomerDraft {
        email: "grace@example.com".to_owned(),
        external_id: "g-1".to_owned(),
        ..CustomerDraft::default()
    };
    let customer = flow::create(&app, &owner, acme.id, &draft).await.unwrap();
    Shop { app, acme, owner, customer }
}

async fn works(app: &App, session: &CustomerSession) -> bool {
    bearer::verdict(app, session.token.reveal(), FROM).await.is_ok()
}

#[tokio::test]
async fn a_session_speaks_for_its_customer_for_an_hour_and_opens_the_portal_alone() {
    let Shop { app, acme, owner, customer } = shop().await;
    let made = create(&app, &owner, acme.id, Which::ExternalId("g-1")).await.unwrap();
    assert_eq!(made.customer, customer);
    assert_eq!(made.expires_at, app.clock.now().plus(Lifetime::seconds(3_600)));
    let verdict = bearer::verdict(&app, made.token.reveal(), FROM).await.unwrap();
    assert_eq!(verdict.permit.subject, Subject::Customer(customer.id));
    assert_eq!(verdict.permit.scopes.to_string(), "customer_portal:read customer_portal:write");
    assert!(verdict.permit.organizations.contains(acme.id));
    assert!(matches!(&verdict.holder, Holder::Customer { organization, .. } if organization.id == acme.id));
    let as_customer = Actor::of_token(&verdict);
    let refusal = create(&app, &as_customer, acme.id, Which::Id(customer.id)).await.unwrap_err();
    assert_eq!(refusal.code, ErrorCode::InsufficientScope);
    app.advance(Lifetime::seconds(3_600));
    assert!(!works(&app, &made).await);
}

#[tokio::test]
async fn with_the_customer_or_the_organization_a_session_is_dead() {
    let Shop { app, acme, owner, customer } = shop().await;
    let made = create(&app, &owner, acme.id, Which::Id(customer.id)).await.unwrap();
    assert!(works(&app, &made).await);
    flow::delete(&app, &owner, customer.id).await.unwrap();
    assert!(!works(&app, &made).await);
    let refusal = create(&app, &owner, acme.id, Which::Id(customer.id)).await.unwrap_err();
    assert_eq!(refusal.code, ErrorCode::NotFound);

    let draft = CustomerDraft { email: "bob@example.com".to_owned(), ..CustomerDraft::default() };
    let bob = flow::create(&app, &owner, acme.id, &draft).await.unwrap();
    let made = create(&app, &owner, acme.id, Which::Id(bob.id)).await.unwrap();
    assert!(works(&app, &made).await);
    let write = app.db.write(acme.id, |tx, id| {
        Box::pin(async move { Ok::<_, Refusal>(postern_storage::organizations::delete(tx, *id).await?) })
    });
    assert!(write.await.unwrap());
    assert!(!works(&app, &made).await);
}

#[tokio::test]
async fn another_organizations_customer_is_none_of_ours() {
    let Shop { app, customer, .. } = shop().await;
    let eve = Arc::new(user(&app, "eve").await);
    let evil = organization(&app, "evil", eve.id).await;
    let eve = Actor::signed_in(&app, &eve);
    for which in [Which::Id(customer.id), Which::ExternalId("g-1")] {
        let refusal = create(&app, &eve, evil.id, which).await.unwrap_err();
        assert_eq!(refusal.code, ErrorCode::NotFound);
        let refusal = create(&app, &eve, customer.organization_id, which).await.unwrap_err();
        assert_eq!(refusal.code, ErrorCode::NotFound);
    }
}
