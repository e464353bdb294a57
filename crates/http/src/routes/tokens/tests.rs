use axum::http::StatusCode;
use postern_domain::Lifetime;

use crate::testing::{Answer, PASSWORD, TestServer};

/// The value that the page shows.
fn value(page: &Answer) -> &str {
    let at = page.body.find("postern_pat_").expect("a token on the page");
    page.body[at..].split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap()
}

/// The id in the address of the last token in the list.
fn id(list: &Answer) -> String {
    let (_, rest) = list.body.split_once("href=\"/settings/tokens/0").expect("a token in the list");
    format!("0{}", rest.split('"').next().unwrap())
}

#[tokio::test]
async fn a_token_is_made_changed_rotated_and_revoked() {
    let server = TestServer::at("http://localhost:8080").await;
    let mut ada = server.browser();
    ada.sign_in().await;
    let wrong = ada.submit("/settings/tokens/new", &[("name", ""), ("expiry", "soon")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let fields = [("name", "Deploy <b>"), ("scope", "openid"), ("scope", "members:write"), ("expiry", "90d")];
    let made = ada.submit("/settings/tokens/new", &fields).await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.body);
    let token = value(&made).to_owned();
    let list = ada.get("/settings/tokens").await;
    assert!(list.body.contains("Deploy &#60;b&#62;") && !list.body.contains(&token));
    let page = format!("/settings/tokens/{}", id(&list));
    let shown = ada.get(&page).await;
    assert!(shown.body.contains("within 3 scopes"), "{}", shown.body);
    let saved = ada.submit(&page, &[("action", "save"), ("name", "Import"), ("expiry", "keep")]).await;
    assert_eq!((saved.status, saved.location()), (StatusCode::SEE_OTHER, &*format!("{page}?done=saved")));
    assert!(ada.get(&page).await.body.contains("holds no scope"));
    let rotated = ada.submit(&format!("{page}/rotate"), &[("overlap", "1h")]).await;
    assert_eq!(rotated.status, StatusCode::OK, "{}", rotated.body);
    assert_ne!(value(&rotated), token);
    assert!(ada.get(&page).await.body.contains("newer value"));
    let revoked = ada.submit(&format!("{page}/revoke"), &[]).await;
    assert_eq!(revoked.location(), "/settings/tokens?done=revoked");
    assert!(ada.get(&page).await.body.contains("revoked by you"));
    assert_eq!(ada.get("/settings/tokens/x").await.status, StatusCode::NOT_FOUND);
    assert_eq!(ada.get("/admin/tokens").await.status, StatusCode::FORBIDDEN);
    assert_eq!(ada.get("/organizations/acme/tokens").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_paragraph_says_what_a_token_may_do() {
    let cases: [(&[(&str, &str)], &str); 2] = [
        (
            &[("scope", "openid email"), ("expiry", "never"), ("networks", "10.0.0.0/8\n2001:db8::/32")],
            "Whoever holds this token acts as you, within 2 scopes, from 10.0.0.0/8 or 2001:db8::/32 only, until somebody \
             revokes it. It never may do more than you may.",
        ),
        (
            &[("everything", "on"), ("expiry", "never"), ("limits", "[get].*")],
            "Whoever holds this token acts as you, and may do everything you may, also what is added later, from anywhere, \
             until somebody revokes it. It passes only with requests that its one limit describes.",
        ),
    ];
    for (fields, paragraph) in cases {
        let server = TestServer::at("http://localhost:8080").await;
        let mut ada = server.browser();
        ada.sign_in().await;
        let fields: Vec<_> = [("name", "Deploy")].into_iter().chain(fields.iter().copied()).collect();
        let made = ada.submit("/settings/tokens/new", &fields).await;
        assert_eq!(made.status, StatusCode::OK, "{}", made.body);
        let list = ada.get("/settings/tokens").await;
        let shown = ada.get(&format!("/settings/tokens/{}", id(&list))).await;
        assert!(shown.body.contains(paragraph), "{}", shown.body);
    }
}

#[tokio::test]
async fn making_and_widening_takes_a_fresh_sign_in_and_keeps_what_was_typed() {
    let server = TestServer::at("http://localhost:8080").await;
    let mut ada = server.browser();
    ada.sign_in().await;
    ada.submit("/settings/tokens/new", &[("name", "Deploy"), ("scope", "openid"), ("expiry", "30d")]).await;
    let page = format!("/settings/tokens/{}", id(&ada.get("/settings/tokens").await));
    let token = ada.get(&page).await.form_token();
    server.advance(Lifetime::seconds(16 * 60));
    let new = ada.get("/settings/tokens/new").await;
    assert!(new.location().starts_with("/reauthenticate?"), "{}", new.location());
    let narrower = [("action", "save"), ("name", "Other"), ("scope", "openid"), ("expiry", "keep")];
    assert_eq!(ada.post(&page, &narrower, &token).await.location(), format!("{page}?done=saved"));
    let wider = [("action", "save"), ("name", "Other"), ("scope", "openid email"), ("expiry", "never")];
    let sent = ada.post(&page, &wider, &token).await;
    assert!(sent.location().starts_with("/reauthenticate?"), "{}", sent.location());
    let back = sent.location().to_owned();
    let return_to = url::form_urlencoded::parse(back.split_once('?').unwrap().1.as_bytes());
    let return_to = return_to.into_iter().find(|(name, _)| name == "return_to").unwrap().1.into_owned();
    let proved = ada.submit(&back, &[("password", PASSWORD), ("return_to", &return_to)]).await;
    assert_eq!(proved.location(), return_to);
    let again = ada.get(&return_to).await;
    assert!(again.body.contains("Nothing is saved yet"), "{}", again.body);
    let token = again.form_token();
    assert_eq!(ada.post(&page, &wider, &token).await.location(), format!("{page}?done=saved"));
}

#[tokio::test]
async fn limits_are_shown_kept_and_told_all_that_is_wrong_with_them() {
    let server = TestServer::at("http://localhost:8080").await;
    let mut ada = server.browser();
    ada.sign_in().await;
    let wrong = [("name", "Jira"), ("limits", "[fetch].*\n.*(JRA"), ("expiry", "30d")];
    let wrong = ada.submit("/settings/tokens/new", &wrong).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        wrong.body.contains("Line 1, column 2") && wrong.body.contains("Line 2, column "),
        "{}",
        wrong.body
    );
    let limits = "[get].*/issue/JRA.*\n.*/project.*";
    let fields = [("name", "Jira"), ("limits", limits), ("report_only", "7d"), ("expiry", "30d")];
    ada.submit("/settings/tokens/new", &fields).await;
    let page = format!("/settings/tokens/{}", id(&ada.get("/settings/tokens").await));
    let shown = ada.get(&page).await;
    assert!(shown.body.contains("\n[get].*/issue/JRA.*\n.*/project.*</textarea>"), "{}", shown.body);
    assert!(shown.body.contains("Nothing is refused by these limits until"), "{}", shown.body);
    assert!(shown.body.contains("its 2 limits describe"), "{}", shown.body);
    assert!(!shown.body.contains("any_user"), "{}", shown.body);
    let kept =
        [("action", "save"), ("name", "Jira"), ("limits", limits), ("report_only", ""), ("expiry", "keep")];
    ada.submit(&page, &kept).await;
    let shown = ada.get(&page).await;
    assert!(shown.body.contains("It passes only with requests that its 2 limits describe"), "{}", shown.body);
}

#[tokio::test]
async fn a_request_is_tried_with_limits_as_they_are_and_edited() {
    let server = TestServer::at("http://localhost:8080").await;
    let mut ada = server.browser();
    ada.sign_in().await;
    let fields = [("name", "Jira"), ("limits", "[get].*/issue/JRA.*"), ("expiry", "30d")];
    ada.submit("/settings/tokens/new", &fields).await;
    let page = format!("/settings/tokens/{}/try", id(&ada.get("/settings/tokens").await));
    let limits = "[get].*/issue/JRA.*";
    let shown = ada.get(&page).await;
    assert!(shown.body.contains(&format!("{limits}</textarea>")), "{}", shown.body);
    let curl = "curl -X DELETE https://jira.example.com/issue/JRA-1";
    let refused = ada.submit(&page, &[("curl", curl), ("limits", limits)]).await;
    assert!(refused.body.contains("badge bad\">refused") && refused.body.contains("include DELETE"));
    let parts = [("url", "https://jira.example.com/issue/JRA-1"), ("limits", limits)];
    let allowed = ada.submit(&page, &parts).await;
    assert!(allowed.body.contains("badge good\">allowed"), "{}", allowed.body);
    let wrong = ada.submit(&page, &[("curl", "curl -T file x"), ("limits", "[x]")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("option -T") && wrong.body.contains("Line 1, column 2"), "{}", wrong.body);
    let postman = ada.get(&page.replace("/try", "/postman.json")).await;
    assert!(postman.body.contains("{{postern_token}}") && !postman.body.contains("postern_pat_"));
    assert_eq!(ada.get("/settings/tokens/x/try").await.status, StatusCode::NOT_FOUND);
}
