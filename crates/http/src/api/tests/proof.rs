//! A session has to be fresh for what gives power, however the page says whose it is.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use postern_domain::{Lifetime, Session};
use postern_flows::{Paging, session_api_token, sessions};

use super::fixture::{Holder, World};
use crate::testing::{Answer, TestBrowser};

const TOKENS: &str = "/v1/personal-access-tokens";
const NEW: &str = r#"{"name":"ci","scopes":["clients:read"],"expires_in":"7d"}"#;

/// Calls of a page, by the cookie or by the session API token.
enum Page<'a> {
    Cookie(TestBrowser<'a>, String),
    Token(&'a World, String),
}

impl Page<'_> {
    async fn send(&mut self, method: &str, path: &str, body: &str) -> Answer {
        let request =
            Request::builder().method(method).uri(path).header(header::CONTENT_TYPE, "application/json");
        let body = Body::from(body.to_owned());
        match self {
            Self::Cookie(browser, form_token) => {
                browser.send(request.header("x-form-token", &*form_token).body(body).unwrap()).await
            }
            Self::Token(world, token) => {
                let request = request.header("x-postern-rest-token", &*token);
                world.server.send(request.body(body).unwrap()).await
            }
        }
    }
}

async fn world() -> World {
    World::with(|config| config.session_api_token.enabled = true).await
}

async fn session(world: &World) -> Session {
    let found = sessions::list(&world.server.app, world.ada.id, &Paging::first()).await;
    found.unwrap().items.remove(0)
}

/// One page of each kind, of one session.
async fn pages(world: &World) -> [Page<'_>; 2] {
    let mut browser = world.server.browser();
    browser.sign_in().await;
    let form_token = browser.get("/settings/profile").await.form_token();
    let token = session_api_token::obtain(&world.server.app, &session(world).await).await.unwrap().token;
    [Page::Cookie(browser, form_token), Page::Token(world, token.reveal().to_owned())]
}

#[tokio::test]
async fn tokens_are_made_and_widened_by_a_fresh_session_only() {
    let world = world().await;
    for (of, mut page) in pages(&world).await.into_iter().enumerate() {
        let made = page.send("POST", TOKENS, NEW).await;
        assert_eq!(made.status, StatusCode::CREATED, "{of}: {}", made.body);
        let one = format!("{TOKENS}/{}", made.json()["id"].as_str().unwrap());
        world.server.advance(Lifetime::seconds(16 * 60));
        for (method, path, body) in [
            ("POST", TOKENS.to_owned(), NEW),
            ("PATCH", one.clone(), r#"{"scopes":["clients:read","clients:write"]}"#),
            ("POST", format!("{one}/rotate"), "{}"),
            ("POST", format!("{one}/renew"), "{}"),
            ("PATCH", "/v1/organizations/acme".into(), r#"{"name":"Acme 2"}"#),
            (
                "POST",
                "/v1/organizations/acme/invitations".into(),
                r#"{"email":"b@example.com","role":"admin"}"#,
            ),
            ("PATCH", format!("/v1/organizations/acme/members/{}", world.ada.id), r#"{"role":"admin"}"#),
            (
                "POST",
                "/v1/organizations/acme/transfer".into(),
                &format!(r#"{{"user_id":"{}"}}"#, world.ada.id),
            ),
            ("PUT", "/v1/organizations/acme/apps/web".into(), ""),
            ("DELETE", "/v1/organizations/acme/apps/web".into(), ""),
            ("DELETE", "/v1/organizations/acme".into(), ""),
            ("PATCH", format!("/v1/admin/users/{}", world.ada.id), r#"{"state":"active"}"#),
            ("DELETE", format!("/v1/admin/users/{}/sessions", world.ada.id), ""),
            ("POST", format!("/v1/admin/users/{}/reset-factors", world.ada.id), ""),
            ("POST", "/v1/admin/tokens/revoke".into(), r#"{"query":"x"}"#),
            ("POST", "/v1/admin/keys/rotate".into(), ""),
            ("PATCH", "/v1/admin/branding".into(), r#"{"name":"Other"}"#),
            ("DELETE", "/v1/admin/branding/logo".into(), ""),
            ("PATCH", format!("/v1/admin/organizations/{}", world.organization.id), r#"{"tier":"elevated"}"#),
            ("PATCH", "/v1/users/me".into(), r#"{"email":"ada@example.org"}"#),
        ] {
            let answer = page.send(method, &path, body).await;
            let told = (answer.status, answer.json_code());
            assert_eq!(
                told,
                (StatusCode::FORBIDDEN, "fresh_sign_in_required".into()),
                "{of}: {method} {path} {body}: {}",
                answer.body
            );
        }
        // What gives no power does not ask.
        for (method, path, body) in [
            ("PATCH", one.clone(), r#"{"name":"build","scopes":[]}"#),
            (
                "POST",
                "/v1/organizations/acme/invitations".into(),
                r#"{"email":"c@example.com","role":"member"}"#,
            ),
            ("DELETE", one, ""),
        ] {
            let answer = page.send(method, &path, body).await;
            assert!(
                answer.status.is_success() || answer.status == StatusCode::CONFLICT,
                "{of}: {}",
                answer.body
            );
        }
        // Proven anew, the other page finds the session fresh.
        if let Page::Cookie(browser, _) = &mut page {
            browser.submit("/reauthenticate", &[("password", crate::testing::PASSWORD)]).await;
        }
    }
}

#[tokio::test]
async fn by_the_session_api_token_a_page_is_in_its_own_session() {
    let world = world().await;
    let [mut cookie, mut token] = pages(&world).await;
    let mut elsewhere = world.server.browser();
    elsewhere.sign_in().await;
    let listed = token.send("GET", "/v1/sessions", "").await.json();
    let own = session(&world).await;
    let current: Vec<_> =
        listed["items"].as_array().unwrap().iter().filter(|it| it["current"] == true).collect();
    assert_eq!((current.len(), listed["items"].as_array().unwrap().len()), (1, 2), "{listed} {}", own.id);
    assert_eq!(token.send("DELETE", "/v1/sessions", "").await.status, StatusCode::NO_CONTENT);
    assert!(!elsewhere.is_signed_in().await);
    assert_eq!(cookie.send("GET", "/v1/users/me", "").await.status, StatusCode::OK, "its own goes on");
    assert_eq!(token.send("GET", "/v1/users/me", "").await.json()["username"], "ada");
}

/// A token was given what it may do: nobody has to sign in for it.
#[tokio::test]
async fn a_script_need_not_sign_in() {
    let world = world().await;
    let script = world.token(Holder::PersonsScript, "tokens:write clients:read").await;
    world.server.advance(Lifetime::days(1));
    assert_eq!(world.send("POST", TOKENS, &script, NEW).await.status, StatusCode::CREATED);
}
