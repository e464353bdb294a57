use axum::http::StatusCode;
use postern_domain::{Lifetime, Plain, Role};
use postern_flows::users::{self, NewUser, Standing};
use postern_flows::{Actor, organizations};

use crate::testing::{Answer, PASSWORD, TestBrowser, TestServer};

const NEW: [(&str, &str); 3] = [("name", "Acme Labs"), ("slug", ""), ("return_to", "")];

async fn account(server: &TestServer, username: &str) -> postern_domain::User {
    let new = NewUser {
        username: username.into(),
        email: format!("{username}@example.com"),
        name: String::new(),
        password: Some(Plain::new(PASSWORD.into())),
    };
    let standing = Standing { email_verified: true, ..Standing::default() };
    users::create(server, &new, standing).await.unwrap()
}

async fn signed_in<'a>(server: &'a TestServer, username: &str) -> TestBrowser<'a> {
    let mut browser = server.browser();
    browser.submit("/login", &[("identifier", username), ("password", PASSWORD)]).await;
    assert!(browser.is_signed_in().await, "{username}");
    browser
}

/// Acme Labs, of which Ada is the owner, Bob an admin and Cyd a member.
async fn firm(server: &TestServer) -> (TestBrowser<'_>, TestBrowser<'_>, TestBrowser<'_>) {
    let mut ada = server.browser();
    ada.sign_in().await;
    let made = ada.submit("/organizations/new", &NEW).await;
    assert_eq!(made.location(), "/organizations/acme-labs/overview?done=made", "{}", made.body);
    let operator = Actor::operator();
    let (acme, _) = organizations::find(server, &operator, "acme-labs").await.unwrap();
    for (name, role) in [("bob", Role::Admin), ("cyd", Role::Member)] {
        let user = account(server, name).await;
        organizations::add(server, &operator, acme.id, user.id, role).await.unwrap();
    }
    (ada, signed_in(server, "bob").await, signed_in(server, "cyd").await)
}

async fn act(browser: &mut TestBrowser<'_>, page: &str, fields: &[(&str, &str)]) -> Answer {
    browser.submit(page, fields).await
}

#[tokio::test]
async fn an_organization_is_made_and_shown() {
    let server = TestServer::at("http://localhost:8080").await;
    let (mut ada, mut bob, mut cyd) = firm(&server).await;
    let again = ada.submit("/organizations/new", &NEW).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.body.contains("Another organization has the address"));
    let back = [("name", "Other"), ("slug", "other"), ("return_to", "/v1/oauth2/authorize?x=1")];
    assert_eq!(ada.submit("/organizations/new", &back).await.location(), "/v1/oauth2/authorize?x=1");
    let away = [("name", "Third"), ("slug", "third"), ("return_to", "https://evil.example/")];
    let answer = ada.submit("/organizations/new", &away).await;
    assert_eq!(answer.location(), "/organizations/third/overview?done=made");
    assert!(ada.get("/organizations").await.body.contains("acme-labs"));
    for page in ["overview", "members", "clients", "settings", "delete"] {
        let path = format!("/organizations/acme-labs/{page}");
        let seen = [ada.get(&path).await.status, bob.get(&path).await.status, cyd.get(&path).await.status];
        let [ok, no] = [StatusCode::OK, StatusCode::FORBIDDEN];
        let expected = match page {
            "overview" | "members" => [ok, ok, ok],
            "clients" | "settings" => [ok, ok, no],
            _ => [ok, no, no],
        };
        assert_eq!(seen, expected, "{page}");
    }
    account(&server, "eve").await;
    let mut eve = signed_in(&server, "eve").await;
    assert_eq!(eve.get("/organizations/acme-labs/overview").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn members_are_changed_by_who_may() {
    const PAGE: &str = "/organizations/acme-labs/members";
    let server = TestServer::at("http://localhost:8080").await;
    let (mut ada, mut bob, mut cyd) = firm(&server).await;
    let operator = Actor::operator();
    let (acme, _) = organizations::find(&server, &operator, "acme-labs").await.unwrap();
    let first = postern_flows::Paging::first();
    let members = organizations::members(&server, &operator, acme.id, &first).await.unwrap();
    let id = |name: &str| {
        let member = members.items.iter().find(|it| it.user.username.as_str() == name).unwrap();
        member.user.id.to_string()
    };
    let (ada_id, bob_id, cyd_id) = (id("ada"), id("bob"), id("cyd"));
    let role = |id: &str, role: &str| {
        [("action", "set_role".to_owned()), ("user_id", id.to_owned()), ("role", role.to_owned())]
    };
    let sent = |fields: &[(&'static str, String); 3]| {
        let [(a, b), (c, d), (e, f)] = fields.clone();
        [(a, b), (c, d), (e, f)]
    };
    for (by, fields, status) in [
        (0, role(&ada_id, "member"), StatusCode::CONFLICT),
        (1, role(&ada_id, "member"), StatusCode::FORBIDDEN),
        (1, role(&cyd_id, "owner"), StatusCode::FORBIDDEN),
        (2, role(&cyd_id, "admin"), StatusCode::FORBIDDEN),
        (0, role("x", "admin"), StatusCode::BAD_REQUEST),
        (0, role(&cyd_id, "king"), StatusCode::BAD_REQUEST),
        (1, role(&cyd_id, "admin"), StatusCode::SEE_OTHER),
        (0, role(&cyd_id, "member"), StatusCode::SEE_OTHER),
        (0, role(&bob_id, "owner"), StatusCode::SEE_OTHER),
    ] {
        let browser = [&mut ada, &mut bob, &mut cyd].into_iter().nth(by).unwrap();
        let fields = sent(&fields);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = act(browser, PAGE, &fields).await;
        assert_eq!(answer.status, status, "{by} {fields:?}: {}", answer.body);
    }
    assert_eq!(act(&mut cyd, PAGE, &[("action", "leave")]).await.location(), "/organizations?done=left");
    assert_eq!(cyd.get(PAGE).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_invitation_is_shown_once_and_accepted_by_its_address() {
    const PAGE: &str = "/organizations/acme-labs/members";
    let server = TestServer::at("http://localhost:8080").await;
    let (mut ada, _, mut cyd) = firm(&server).await;
    account(&server, "eve").await;
    let mut eve = signed_in(&server, "eve").await;
    let invited =
        act(&mut ada, PAGE, &[("action", "invite"), ("email", "eve@example.com"), ("role", "admin")]).await;
    assert_eq!(invited.status, StatusCode::OK, "{}", invited.body);
    let (_, rest) = invited.body.split_once("/organizations/join?invitation=").unwrap();
    let token: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect();
    assert!(!ada.get(PAGE).await.body.contains(&token), "the link is shown once");
    let link = format!("/organizations/join?invitation={token}");
    let foreign = cyd.get(&link).await;
    assert!(foreign.body.contains("eve@example.com") && foreign.body.contains("accept this invitation"));
    let token_of_form = cyd.get("/organizations").await.form_token();
    let refused = cyd.post(&link, &[("action", "accept")], &token_of_form).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let form_token = eve.get(&link).await.form_token();
    let joined = eve.post(&link, &[("action", "accept")], &form_token).await;
    assert_eq!(joined.location(), "/organizations/acme-labs/overview?done=joined", "{}", joined.body);
    assert_eq!(eve.get(&link).await.status, StatusCode::NOT_FOUND);
    let wrong = act(&mut ada, PAGE, &[("action", "invite"), ("email", "nobody"), ("role", "member")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn settings_say_what_they_would_break() {
    const PAGE: &str = "/organizations/acme-labs/settings";
    let server = TestServer::at("http://localhost:8080").await;
    let (mut ada, mut bob, _) = firm(&server).await;
    let policy = [("action", "policy"), ("max_token_lifetime", "30d"), ("apps_need_approval", "on")];
    assert_eq!(act(&mut ada, PAGE, &policy).await.location(), format!("{PAGE}?done=policy-set"));
    assert!(ada.get(PAGE).await.body.contains("value=\"30d\""));
    assert_eq!(act(&mut bob, PAGE, &policy).await.status, StatusCode::FORBIDDEN);
    let wrong = [("action", "policy"), ("max_token_lifetime", "2 years")];
    let refused = act(&mut ada, PAGE, &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("value=\"2 years\""));
    let renamed = act(&mut ada, PAGE, &[("action", "save"), ("name", "Acme"), ("slug", "acme")]).await;
    assert_eq!(renamed.location(), "/organizations/acme/settings?done=saved");
    assert_eq!(ada.get(PAGE).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn grave_things_ask_for_a_fresh_sign_in() {
    let server = TestServer::at("http://localhost:8080").await;
    let (mut ada, ..) = firm(&server).await;
    let token = ada.get("/organizations/acme-labs/delete").await.form_token();
    server.advance(Lifetime::seconds(3_600));
    for (page, fields) in [
        ("/organizations/acme-labs/delete", vec![("confirm", "acme-labs")]),
        ("/organizations/acme-labs/settings", vec![("action", "policy")]),
        ("/organizations/acme-labs/members", vec![("action", "set_role"), ("role", "owner")]),
    ] {
        let answer = ada.post(page, &fields, &token).await;
        assert!(answer.location().starts_with("/reauthenticate?"), "{page}: {}", answer.body);
    }
    assert!(ada.get("/organizations/acme-labs/delete").await.location().starts_with("/reauthenticate?"));
}

#[tokio::test]
async fn deleting_takes_the_slug_typed() {
    const PAGE: &str = "/organizations/acme-labs/delete";
    let server = TestServer::at("http://localhost:8080").await;
    let (mut ada, ..) = firm(&server).await;
    let refused = act(&mut ada, PAGE, &[("confirm", "Acme Labs")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        act(&mut ada, PAGE, &[("confirm", "acme-labs")]).await.location(),
        "/organizations?done=deleted"
    );
    assert_eq!(ada.get("/organizations/acme-labs/overview").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn clients_of_an_organization_are_managed_by_its_admins() {
    let server = TestServer::at("http://localhost:8080").await;
    let (_, mut bob, mut cyd) = firm(&server).await;
    let new = "/developer/clients/new?organization=acme-labs";
    assert_eq!(cyd.get(new).await.status, StatusCode::FORBIDDEN);
    let fields = [
        ("organization", "acme-labs"),
        ("name", "Field Notes"),
        ("type", "confidential"),
        ("redirect_uris", "https://notes.example/cb"),
        ("homepage_url", "https://notes.example"),
        ("scope", "openid"),
        ("grant", "authorization_code"),
    ];
    let made = bob.submit(new, &fields).await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.body);
    let (_, rest) = made.body.split_once("id=\"client-id\">").unwrap();
    let path = format!("/developer/clients/{}", rest.split('<').next().unwrap());
    let page = bob.get(&path).await;
    assert!(page.body.contains("/organizations/acme-labs/clients"), "{}", page.body);
    assert!(bob.get("/organizations/acme-labs/clients").await.body.contains("Field Notes"));
    assert!(!bob.get("/developer/clients").await.body.contains("Field Notes"));
    assert_eq!(cyd.get(&path).await.status, StatusCode::NOT_FOUND);
    let gone = bob.submit(&format!("{path}/delete"), &[("confirm", "Field Notes")]).await;
    assert_eq!(gone.location(), "/organizations/acme-labs/clients?done=deleted");
}
