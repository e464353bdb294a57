use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use postern_domain::{InstanceRight, Lifetime, Plain, User};
use postern_flows::users::{self, NewUser, Standing};
use postern_flows::{Actor, administration, authorize, endpoints};

use crate::impersonation;
use crate::rights::Right;
use crate::routes::table;
use crate::testing::{Answer, PASSWORD, TestBrowser, TestServer};

async fn server() -> (TestServer, User) {
    let standing = Standing { rights: InstanceRight::ALL.into(), ..Standing::default() };
    let change = |config: &mut postern_flows::Config| {
        config.public_url = "http://localhost:8080".parse().unwrap();
        config.session_api_token.enabled = true;
    };
    let server = TestServer::with_standing(change, standing).await;
    let bob = NewUser {
        username: "bob".into(),
        email: "bob@example.com".into(),
        name: "Bob <b>".into(),
        password: Some(Plain::new(PASSWORD.into())),
    };
    let bob = users::create(&server, &bob, Standing::default()).await.unwrap();
    (server, bob)
}

async fn act_as(browser: &mut TestBrowser<'_>, user: &User) -> Answer {
    let fields = [("action", "impersonate"), ("reason", "Ticket 4711")];
    browser.submit(&format!("/admin/users/{}", user.id), &fields).await
}

/// A browser in which ada acts as bob.
async fn acting<'a>(server: &'a TestServer, bob: &User) -> TestBrowser<'a> {
    let mut ada = server.browser();
    ada.sign_in().await;
    let begun = act_as(&mut ada, bob).await;
    assert_eq!((begun.status, begun.location()), (StatusCode::SEE_OTHER, "/"), "{}", begun.body);
    ada
}

fn filled(path: &str) -> String {
    let part = |part: &str| if part.starts_with('{') { "x".to_owned() } else { part.to_owned() };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn every_page_says_who_acts_until_that_ends() {
    let (server, bob) = server().await;
    let mut ada = server.browser();
    ada.sign_in().await;
    let (own, device) = (ada.session().unwrap().to_owned(), ada.cookies.get("postern_device").cloned());
    let begun = act_as(&mut ada, &bob).await;
    assert_eq!((begun.status, begun.location()), (StatusCode::SEE_OTHER, "/"), "{}", begun.body);
    assert_ne!(ada.session(), Some(own.as_str()));
    assert_eq!(ada.cookies.get("postern_device"), device.as_ref(), "the browser is not one of bob's");
    for page in ["/", "/settings/profile", "/settings/sessions", "/organizations", "/admin", "/nowhere"] {
        let page = ada.get(page).await;
        for part in ["<strong>ada</strong>, you act as", "Bob &#60;b&#62;", "action=\"/impersonation\""] {
            assert!(page.body.contains(part), "{part}: {}", page.body);
        }
        assert!(!page.body.contains("href=\"/admin\"") && !page.body.contains("/session-api.js"));
    }
    assert!(ada.get("/settings/sessions").await.body.contains("Ada Lovelace</bdi> acts as you"));
    let told = ada.get("/audit").await.body;
    assert!(told.contains("ada for bob") && told.contains("began to act as"), "{told}");
    let token = ada.get("/").await.form_token();
    let ended = ada.post("/impersonation", &[], &token).await;
    assert_eq!(ended.location(), format!("/admin/users/{}?done=acted", bob.id));
    let page = ada.get(ended.location()).await;
    assert!(page.body.contains("You are yourself again") && !page.body.contains("you act as"));
    let token = page.form_token();
    assert_eq!(ada.post("/impersonation", &[], &token).await.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn a_reason_and_a_fresh_sign_in_come_first() {
    let (server, bob) = server().await;
    let mut ada = server.browser();
    ada.sign_in().await;
    let url = format!("/admin/users/{}", bob.id);
    let refused = ada.submit(&url, &[("action", "impersonate"), ("reason", " ")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("Say why you act as them"), "{}", refused.body);
    server.advance(Lifetime::seconds(16 * 60));
    assert!(act_as(&mut ada, &bob).await.location().starts_with("/reauthenticate?return_to="));
    let own = users::find_named(&server, "ada").await.unwrap();
    assert!(!ada.get(&format!("/admin/users/{}", own.id)).await.body.contains("Act as them"));
}

#[tokio::test]
async fn all_that_is_not_said_to_be_open_is_shut() {
    let (server, bob) = server().await;
    let mut ada = acting(&server, &bob).await;
    let token = ada.get("/").await.form_token();
    let open_to_apps = [authorize::PATH, endpoints::LOGOUT];
    for (method, path, right) in table().table() {
        if !matches!(right, Right::Public | Right::Session | Right::SessionUpload) {
            continue;
        }
        let is_open = match method {
            "GET" => impersonation::is_seen(path),
            _ => impersonation::is_taken(path),
        };
        if is_open {
            continue;
        }
        let answer = match method {
            "GET" => ada.get(&filled(path)).await,
            _ => ada.post(&filled(path), &[], &token).await,
        };
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{method} {path}: {}", answer.body);
        assert!(answer.body.contains("/impersonation") || open_to_apps.contains(&path), "{path}");
    }
    // Neither the API by the cookie, nor a token for it.
    let call = Request::get("/v1/users/me").header("sec-fetch-site", "same-origin").body(Body::empty());
    assert_eq!(ada.send(call.unwrap()).await.status, StatusCode::FORBIDDEN);
    let obtain = Request::post("/session-api-token").header(header::ORIGIN, "http://localhost:8080");
    assert_eq!(ada.send(obtain.body(Body::empty()).unwrap()).await.status, StatusCode::FORBIDDEN);
    assert!(ada.is_signed_in().await);
}

#[tokio::test]
async fn what_would_weaken_the_account_is_shut() {
    for path in [
        "/settings/security",
        "/settings/profile/email",
        "/settings/account/delete",
        "/settings/account/data.json",
        "/settings/tokens/new",
        "/settings/tokens/{id}",
        "/settings/tokens/{id}/renew",
        "/settings/tokens/{id}/rotate",
        "/settings/tokens/{id}/try",
        "/developer/clients/new",
        "/developer/clients/{client}/secrets",
        "/consent",
        "/reauthenticate",
        "/admin/users/{id}",
        "/logout",
        "/login",
        authorize::PATH,
    ] {
        assert!(!impersonation::is_taken(path), "{path}");
    }
    let (server, bob) = server().await;
    let mut ada = acting(&server, &bob).await;
    // Another address wants a fresh proof, which there is not.
    let typed = [("username", "bob"), ("email", "eve@example.org"), ("name", "Bob")];
    let answer = ada.submit("/settings/profile", &typed).await;
    assert!(answer.location().starts_with("/reauthenticate"), "{}", answer.location());
    assert_eq!(ada.get(answer.location()).await.status, StatusCode::FORBIDDEN);
    let typed = [("username", "bob"), ("email", "bob@example.com"), ("name", "Robert")];
    assert_eq!(ada.submit("/settings/profile", &typed).await.location(), "/settings/profile?done=saved");
    assert!(ada.get("/audit").await.body.contains("ada for bob"));
}

#[tokio::test]
async fn it_ends_at_once_with_its_administrator() {
    let (server, bob) = server().await;
    let mut ada = acting(&server, &bob).await;
    let own = users::find_named(&server, "ada").await.unwrap();
    administration::sign_out(&server, &Actor::operator(), own.id).await.unwrap();
    assert!(!ada.is_signed_in().await);
    let mut ada = acting(&server, &bob).await;
    server.advance(Lifetime::seconds(30 * 60));
    assert!(!ada.is_signed_in().await);
}
