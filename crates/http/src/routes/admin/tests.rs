use axum::http::StatusCode;
use postern_domain::{InstanceRight, Lifetime, Plain};
use postern_flows::users::{self, NewUser, Standing};

use crate::testing::{PASSWORD, TestServer};

async fn server(rights: &[InstanceRight]) -> TestServer {
    let standing = Standing { rights: rights.iter().copied().collect(), ..Standing::default() };
    let server = TestServer::with_standing(
        |config| config.public_url = "http://localhost:8080".parse().unwrap(),
        standing,
    )
    .await;
    let bob = NewUser {
        username: "bob".into(),
        email: "bob@example.com".into(),
        name: "Bob <b>".into(),
        password: Some(Plain::new(PASSWORD.into())),
    };
    users::create(&server.app, &bob, Standing::default()).await.unwrap();
    server
}

async fn url_of(server: &TestServer, name: &str) -> String {
    format!("/admin/users/{}", users::find_named(&server.app, name).await.unwrap().id)
}

#[tokio::test]
async fn an_administrator_finds_disables_and_enables_somebody() {
    let server = server(&InstanceRight::ALL).await;
    let mut ada = server.browser();
    ada.sign_in().await;
    let mut bob = server.browser();
    bob.submit("/login", &[("identifier", "bob"), ("password", PASSWORD)]).await;
    let list = ada.get("/admin/users?q=BO").await;
    let url = url_of(&server, "bob").await;
    assert!(list.body.contains(&url) && list.body.contains("Bob &#60;b&#62;"), "{}", list.body);
    assert!(ada.get("/admin/users?q=eve").await.body.contains("Nobody matches"));
    assert!(ada.get(&url).await.body.contains("Sign out everywhere"));
    let done = ada.submit(&url, &[("action", "disable")]).await;
    assert_eq!((done.status, done.location()), (StatusCode::SEE_OTHER, &*format!("{url}?done=disabled")));
    assert_eq!(bob.get("/").await.status, StatusCode::SEE_OTHER);
    assert!(ada.get("/admin/users?only=disabled").await.body.contains(&url));
    let page = ada.get(&format!("{url}?done=disabled")).await;
    assert!(page.body.contains("The account is disabled") && page.body.contains("opened or closed"));
    ada.submit(&url, &[("action", "enable")]).await;
    bob.submit("/login", &[("identifier", "bob"), ("password", PASSWORD)]).await;
    assert_eq!(bob.get("/admin/users").await.status, StatusCode::FORBIDDEN);
    assert_eq!(bob.get(&url).await.status, StatusCode::FORBIDDEN);
    let rights = ada.submit(&url, &[("action", "rights"), ("right", "users:manage")]).await;
    assert_eq!(rights.location(), format!("{url}?done=rights"));
    let seen = bob.get(&url).await;
    assert!(seen.body.contains("has rights") && !seen.body.contains("Save the rights"), "{}", seen.body);
    let own = url_of(&server, "ada").await;
    let seen = bob.get(&own).await;
    assert!(seen.status == StatusCode::OK && !seen.body.contains("popovertarget=\"state\""), "{}", seen.body);
    let signed_out = ada.submit(&url, &[("action", "sign_out")]).await;
    assert_eq!(signed_out.location(), format!("{url}?done=signed-out"));
    assert_eq!(bob.get("/").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn the_last_administrator_stays_and_acting_takes_a_fresh_sign_in() {
    let server = server(&InstanceRight::ALL).await;
    let mut ada = server.browser();
    ada.sign_in().await;
    let own = url_of(&server, "ada").await;
    let refused = ada.submit(&own, &[("action", "rights"), ("right", "users:manage")]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.body.contains("last administrator"), "{}", refused.body);
    assert_eq!(ada.get("/admin/users/x").await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        ada.get("/admin/users/01931b5c-6f2e-7c3a-9d6e-2f1f0a6b4c11").await.status,
        StatusCode::NOT_FOUND
    );
    server.advance(Lifetime::seconds(16 * 60));
    let url = url_of(&server, "bob").await;
    let proof = ada.submit(&url, &[("action", "disable")]).await;
    assert!(
        proof.location().starts_with("/reauthenticate?return_to=%2Fadmin%2Fusers%2F"),
        "{}",
        proof.location()
    );
}
