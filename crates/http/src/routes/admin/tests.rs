use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use postern_domain::{InstanceRight, Lifetime, Plain};
use postern_flows::users::{self, NewUser, Standing};
use postern_flows::{Actor, keys};

use crate::testing::{CLIENT, PASSWORD, TestServer};

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

#[tokio::test]
async fn the_console_shows_the_server_to_its_administrators_only() {
    let pages = [
        "/admin",
        "/admin/organizations",
        "/admin/clients",
        "/admin/keys",
        "/admin/mails",
        "/admin/settings",
    ];
    let server = server(&InstanceRight::ALL).await;
    let mut ada = server.browser();
    ada.sign_in().await;
    for page in pages {
        let answer = ada.get(page).await;
        assert_eq!(answer.status, StatusCode::OK, "{page}: {}", answer.body);
    }
    assert!(ada.get("/admin").await.body.contains("SQLite"));
    assert!(ada.get("/admin/settings").await.body.contains("branding.accent"));
    let manager = self::server(&[InstanceRight::UsersManage]).await;
    let mut ada = manager.browser();
    ada.sign_in().await;
    for page in pages {
        assert_eq!(ada.get(page).await.status, StatusCode::FORBIDDEN, "{page}");
    }
    assert_eq!(ada.get("/admin/users").await.status, StatusCode::OK);
}

#[tokio::test]
async fn keys_are_rotated_and_mails_tried_again() {
    let server = server(&InstanceRight::ALL).await;
    let mut ada = server.browser();
    ada.sign_in().await;
    let rotated = ada.submit("/admin/keys", &[("action", "rotate")]).await;
    assert_eq!((rotated.status, rotated.location()), (StatusCode::SEE_OTHER, "/admin/keys?done=rotated"));
    assert!(ada.get("/admin/keys?done=rotated").await.body.contains("The keys are rotated"));
    let token = ada.get("/admin/keys").await.form_token();
    let retried = ada.post("/admin/mails", &[("action", "retry")], &token).await;
    assert_eq!(retried.location(), "/admin/mails?retried=0");
    assert!(ada.get("/admin/mails?retried=0").await.body.contains("within minutes anyway"));
}

#[tokio::test]
async fn who_fetched_the_keys_is_listed_beside_them() {
    let server = server(&InstanceRight::ALL).await;
    let mut ada = server.browser();
    ada.sign_in().await;
    let before = ada.get("/admin/keys").await;
    assert!(before.body.contains("Nobody has fetched them yet"), "{}", before.body);
    let fetch = async |method: &str, known: &str| {
        let request = Request::builder().method(method).uri("/.well-known/jwks.json");
        let request = request.header(header::USER_AGENT, "rp/1.0 (<b>)").header(header::IF_NONE_MATCH, known);
        server.send(request.body(Body::empty()).unwrap()).await
    };
    let first = fetch("GET", "").await;
    assert_eq!(first.status, StatusCode::OK);
    assert_eq!(fetch("GET", first.header("etag")).await.status, StatusCode::NOT_MODIFIED);
    assert_eq!(fetch("HEAD", "").await.status, StatusCode::OK);
    keys::flush_fetches(&server.app).await.unwrap();
    let found = keys::fetchers(&server.app, &Actor::operator()).await.unwrap();
    let [only] = found.as_slice() else { panic!("{found:?}") };
    let address = only.address.as_deref();
    assert_eq!((address, &*only.program, only.fetches), (Some("127.0.0.1"), "rp/1.0", 2));
    let page = ada.get("/admin/keys").await;
    assert!(page.body.contains("127.0.0.1") && page.body.contains("rp/1.0"), "{}", page.body);
    assert!(!page.body.contains("not yet since") && !page.body.contains("next keys yet"), "{}", page.body);
    server.advance(Lifetime::seconds(1));
    ada.submit("/admin/keys", &[("action", "rotate")]).await;
    let page = ada.get("/admin/keys").await;
    assert!(page.body.contains("not yet since they were published"), "{}", page.body);
    assert!(page.body.contains("1 program that fetched the keys in the last day"), "{}", page.body);
    server.advance(Lifetime::days(2));
    let page = ada.get("/admin/keys").await;
    assert!(page.body.contains("not yet since they were published"), "{}", page.body);
    assert!(!page.body.contains("in the last day"), "who is gone is not waited for: {}", page.body);
}

#[tokio::test]
async fn tiers_and_clients_are_set_from_their_lists() {
    let server = server(&InstanceRight::ALL).await;
    let mut ada = server.browser();
    ada.sign_in().await;
    let made = ada.submit("/organizations/new", &[("name", "Acme"), ("slug", "acme")]).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.body);
    let list = ada.get("/admin/organizations?q=ac").await;
    let (_, rest) = list.body.split_once("name=\"organization\" value=\"").expect("an organization");
    let id = rest.split('"').next().unwrap().to_owned();
    let set = ada.submit("/admin/organizations", &[("organization", &id), ("tier", "elevated")]).await;
    assert_eq!(set.location(), "/admin/organizations?done=tier", "{}", set.body);
    let list = ada.get("/admin/organizations").await;
    assert!(list.body.contains("value=\"elevated\" selected"), "{}", list.body);
    let bad = ada.submit("/admin/organizations", &[("organization", &id), ("tier", "x")]).await;
    assert_eq!(bad.status, StatusCode::BAD_REQUEST);
    let made = ada.submit("/developer/clients/new", &CLIENT).await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.body);
    for query in ["Notes", "ada", "ada@example.com"] {
        let list = ada.get(&format!("/admin/clients?q={query}")).await;
        assert!(list.body.contains("name=\"client\""), "{query}: {}", list.body);
    }
    let list = ada.get("/admin/clients").await;
    assert!(list.body.contains("never granted: openid<"), "{}", list.body);
    let (_, rest) = list.body.split_once("name=\"client\" value=\"").expect("a client");
    let id = rest.split('"').next().unwrap().to_owned();
    let closed = ada.submit("/admin/clients", &[("client", &id), ("action", "disable")]).await;
    assert_eq!(closed.location(), "/admin/clients?done=disabled");
    assert!(ada.get("/admin/clients").await.body.contains("value=\"enable\""));
    assert!(ada.get("/admin/clients?q=nothing").await.body.contains("No client matches"));
}

#[tokio::test]
async fn tokens_that_match_are_revoked_together() {
    let server = server(&InstanceRight::ALL).await;
    let mut ada = server.browser();
    ada.sign_in().await;
    for name in ["leak one", "leak two", "other"] {
        let made = ada.submit("/settings/tokens/new", &[("name", name), ("expiry", "30d")]).await;
        assert_eq!(made.status, StatusCode::OK, "{}", made.body);
    }
    assert_eq!(ada.get("/admin/tokens/revoke").await.status, StatusCode::BAD_REQUEST);
    let list = ada.get("/admin/tokens?q=leak").await;
    assert!(list.body.contains("/admin/tokens/revoke?q=leak"), "{}", list.body);
    let page = ada.get("/admin/tokens/revoke?q=leak").await;
    assert!(page.body.contains("Revoke 2 tokens?") && page.body.contains("Ada Lovelace"), "{}", page.body);
    let (_, rest) = page.body.split_once("name=\"made_until\" value=\"").expect("a time");
    let until = rest.split('"').next().unwrap().to_owned();
    let send = |count: &'static str| vec![("q", "leak"), ("made_until", &*until), ("count", count)];
    let token = page.form_token();
    let wrong = ada.post("/admin/tokens/revoke", &send("3"), &token).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("Write 2"), "{}", wrong.body);
    let old =
        ada.post("/admin/tokens/revoke", &[("q", "leak"), ("made_until", "5"), ("count", "2")], &token).await;
    assert_eq!(old.status, StatusCode::BAD_REQUEST);
    let done = ada.post("/admin/tokens/revoke", &send("2"), &token).await;
    assert_eq!((done.status, done.location()), (StatusCode::SEE_OTHER, "/admin/tokens?revoked=2"));
    assert!(ada.get("/admin/tokens?revoked=2").await.body.contains("2 tokens are revoked"));
    assert!(ada.get("/admin/tokens?state=active").await.body.contains("other"));
    assert!(ada.get("/admin/tokens/revoke?q=leak").await.body.contains("No live token matches"));
}
