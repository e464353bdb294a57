use axum::http::StatusCode;
use postern_domain::{Organization, OrganizationId, OrganizationPolicy, PersonName, Refusal, Slug, Tier};
use postern_storage::{organizations, users};

use crate::testing::{Answer, TestBrowser, TestServer};

const LIST: &str = "/organizations/acme/customers";

/// A server where Ada has the organization `acme`.
async fn server() -> TestServer {
    let server = TestServer::at("http://localhost:8080").await;
    let owner = users::find_by_identifier(&server.db, "ada").await.unwrap().unwrap().id;
    let now = server.clock.now();
    let (id, membership): (OrganizationId, OrganizationId) = (server.new_id(), server.new_id());
    let acme = Organization {
        id,
        slug: Slug::parse("acme").unwrap(),
        name: PersonName::parse("Acme").unwrap(),
        policy: OrganizationPolicy::default(),
        tier: Tier::Default,
        created_at: now,
        updated_at: now,
    };
    let write = server.db.write((acme, membership.0, owner), |tx, (acme, membership, owner)| {
        Box::pin(async move { Ok::<_, Refusal>(organizations::insert(tx, acme, *membership, *owner).await?) })
    });
    write.await.unwrap();
    server
}

async fn add(browser: &mut TestBrowser<'_>, email: &str, external_id: &str) -> Answer {
    let fields = [
        ("action", "save"),
        ("email", email),
        ("external_id", external_id),
        ("metadata", "plan=pro\r\na=b=c"),
    ];
    browser.submit(&format!("{LIST}/new"), &fields).await
}

fn path(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    answer.location().split('?').next().unwrap().to_owned()
}

#[tokio::test]
async fn customers_come_change_and_go() {
    let server = server().await;
    let mut ada = server.browser();
    ada.sign_in().await;
    assert!(ada.get(LIST).await.body.contains("No customer yet"));
    let grace = path(&add(&mut ada, "grace@example.com", "g-1").await);
    let page = ada.get(&grace).await;
    assert!(page.body.contains("plan=pro") && page.body.contains("a=b=c"), "{}", page.body);
    let fields =
        [("action", "save"), ("email", "grace@example.com"), ("name", "Grace <b>"), ("metadata", "")];
    assert_eq!(path(&ada.submit(&grace, &fields).await), grace);
    let list = ada.get(LIST).await;
    assert!(list.body.contains("Grace &#60;b&#62;") && !list.body.contains("<b>"), "{}", list.body);
    assert!(ada.get(&format!("{LIST}?q=GRACE")).await.body.contains("grace@example.com"));
    assert!(!ada.get(&format!("{LIST}?q=%25")).await.body.contains("grace@example.com"));
    assert_eq!(ada.get(&format!("{LIST}?cursor=x")).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(path(&ada.submit(&grace, &[("action", "delete")]).await), LIST);
    assert_eq!(ada.get(&grace).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_is_wrong_or_taken_is_said_beside_its_field() {
    let server = server().await;
    let mut ada = server.browser();
    ada.sign_in().await;
    path(&add(&mut ada, "grace@example.com", "g-1").await);
    for (email, id, status, error) in [
        ("grace", "", StatusCode::UNPROCESSABLE_ENTITY, "email-error"),
        ("GRACE@example.com", "", StatusCode::CONFLICT, "email-error"),
        ("bob@example.com", "g-1", StatusCode::CONFLICT, "external_id-error"),
    ] {
        let answer = add(&mut ada, email, id).await;
        assert_eq!(answer.status, status);
        assert!(answer.body.contains(&format!("id=\"{error}\"")), "{}", answer.body);
        assert!(answer.body.contains(&format!("value=\"{email}\"")), "{}", answer.body);
    }
    let wrong = [("action", "save"), ("email", "bob@example.com"), ("metadata", "plan")];
    let answer = ada.submit(&format!("{LIST}/new"), &wrong).await;
    assert!(answer.body.contains("id=\"metadata-error\""), "{}", answer.body);
}

#[tokio::test]
async fn anothers_organization_is_not_there() {
    let server = server().await;
    let mut ada = server.browser();
    ada.sign_in().await;
    for path in ["/organizations/evil/customers", "/organizations/evil/customers/new", &format!("{LIST}/x")] {
        assert_eq!(ada.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}
