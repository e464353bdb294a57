use axum::http::{StatusCode, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use postern_domain::Lifetime;

use crate::testing::{PASSWORD, PIXEL, TestBrowser, TestServer};

const NEW: &str = "/developer/clients/new";
const FORM: [(&str, &str); 7] = [
    ("name", "Field Notes"),
    ("type", "confidential"),
    ("redirect_uris", "https://notes.example/cb?a=1&b=2"),
    ("homepage_url", "https://notes.example"),
    ("scope", "openid"),
    ("scope", "email"),
    ("grant", "authorization_code"),
];
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = text.split_once(before).unwrap_or_else(|| panic!("no {before} in {text}"));
    rest.split_once(after).unwrap().0
}

/// Makes a client and answers the path of its page.
async fn made(browser: &mut TestBrowser<'_>) -> String {
    let answer = browser.submit(NEW, &FORM).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    format!("/developer/clients/{}", between(&answer.body, "id=\"client-id\">", "<"))
}

#[tokio::test]
async fn the_secret_is_shown_once_and_kept_nowhere() {
    let server = TestServer::at("http://localhost:8080").await;
    let mut ada = server.browser();
    ada.sign_in().await;
    let answer = ada.submit(NEW, &FORM).await;
    assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
    let secret = between(&answer.body, "id=\"client-secret\">", "<");
    assert!(secret.starts_with("postern_cs_"));
    let path = format!("/developer/clients/{}", between(&answer.body, "id=\"client-id\">", "<"));
    for page in [path.as_str(), &format!("{path}/edit"), "/developer/clients"] {
        let page = ada.get(page).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(!page.body.contains(secret));
    }
}

#[tokio::test]
async fn what_was_typed_outlives_the_proof_that_is_asked_for() {
    let server = TestServer::at("http://localhost:8080").await;
    let mut ada = server.browser();
    ada.sign_in().await;
    let token = ada.get(NEW).await.form_token();
    server.advance(Lifetime::seconds(3_600));
    let asked = ada.post(NEW, &FORM, &token).await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER);
    assert!(asked.location().starts_with("/reauthenticate?return_to="), "{}", asked.location());
    let page = ada.get(asked.location()).await;
    let return_to = between(&page.body, "name=\"return_to\" value=\"", "\"").replace("&#38;", "&");
    let proof = [("password", PASSWORD), ("return_to", &return_to)];
    let back = ada.post("/reauthenticate", &proof, &page.form_token()).await;
    assert_eq!(back.location(), return_to);
    let form = ada.get(back.location()).await;
    assert_eq!(form.status, StatusCode::OK);
    assert!(form.body.contains("value=\"Field Notes\""));
    assert!(form.body.contains("https://notes.example/cb?a=1&#38;b=2"));
    assert_eq!(ada.post(NEW, &FORM, &form.form_token()).await.status, StatusCode::OK);
}

#[tokio::test]
async fn secrets_and_deletion_want_a_fresh_proof() {
    let server = TestServer::at("http://localhost:8080").await;
    let mut ada = server.browser();
    ada.sign_in().await;
    let client = made(&mut ada).await;
    server.advance(Lifetime::seconds(3_600));
    let token = ada.get(&client).await.form_token();
    let secrets = format!("{client}/secrets");
    let delete = format!("{client}/delete");
    for answer in [
        ada.get(NEW).await,
        ada.get(&delete).await,
        ada.post(&secrets, &[("action", "rotate")], &token).await,
        ada.post(&secrets, &[("action", "revoke"), ("secret", "x")], &token).await,
        ada.post(&delete, &[("confirm", "Field Notes")], &token).await,
    ] {
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        assert!(answer.location().starts_with("/reauthenticate?return_to=%2Fdeveloper%2Fclients%2F"));
    }
    assert_eq!(ada.get(&format!("{client}/edit")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn other_redirect_uris_want_a_fresh_proof() {
    let server = TestServer::at("http://localhost:8080").await;
    let mut ada = server.browser();
    ada.sign_in().await;
    let client = made(&mut ada).await;
    let edit = format!("{client}/edit");
    let with = |uri: &'static str| {
        FORM.map(|(name, value)| if name == "redirect_uris" { (name, uri) } else { (name, value) })
    };
    let other = with("https://notes.example/other");
    let token = ada.get(&edit).await.form_token();
    assert_eq!(ada.post(&edit, &other, &token).await.location(), format!("{client}?done=saved"));
    server.advance(Lifetime::seconds(3_600));
    let renamed = other.map(|(name, value)| if name == "name" { (name, "Notes") } else { (name, value) });
    assert_eq!(ada.post(&edit, &renamed, &token).await.location(), format!("{client}?done=saved"));

    let asked = ada.post(&edit, &FORM, &token).await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER);
    assert!(asked.location().starts_with("/reauthenticate?return_to="), "{}", asked.location());
    assert!(ada.get(&client).await.body.contains("https://notes.example/other"), "nothing is changed yet");
    let page = ada.get(asked.location()).await;
    let return_to = between(&page.body, "name=\"return_to\" value=\"", "\"").replace("&#38;", "&");
    let mut eve = server.browser();
    eve.sign_in().await;
    assert!(!eve.get(&return_to).await.body.contains("cb?a=1"), "no other session fills in the form");
    let proof = [("password", PASSWORD), ("return_to", &return_to)];
    let back = ada.post("/reauthenticate", &proof, &page.form_token()).await;
    assert_eq!(back.location(), return_to);
    let form = ada.get(back.location()).await;
    assert!(form.body.contains("https://notes.example/cb?a=1&#38;b=2"), "what was typed outlives the proof");
    let saved = ada.post(&edit, &FORM, &form.form_token()).await;
    assert_eq!(saved.location(), format!("{client}?done=saved"));
}

#[tokio::test]
async fn a_third_secret_is_refused_on_the_clients_own_page() {
    let server = TestServer::at("http://localhost:8080").await;
    let mut ada = server.browser();
    ada.sign_in().await;
    let client = made(&mut ada).await;
    let token = ada.get(&client).await.form_token();
    let secrets = format!("{client}/secrets");
    assert_eq!(ada.post(&secrets, &[("action", "rotate")], &token).await.status, StatusCode::OK);
    let refused = ada.post(&secrets, &[("action", "rotate")], &token).await;
    assert_eq!(refused.location(), format!("{client}?done=not-rotated"));
    assert!(ada.get(refused.location()).await.body.contains("Two secrets work already"));
}

#[tokio::test]
async fn logos_are_pictures_and_nothing_else() {
    let server = TestServer::at("http://localhost:8080").await;
    let mut ada = server.browser();
    ada.sign_in().await;
    let client = made(&mut ada).await;
    let token = ada.get(&client).await.form_token();
    let pixel = STANDARD.decode(PIXEL).unwrap();
    let taken = ada.upload(&format!("{client}/logo"), &[("logo", &pixel)], &token).await;
    assert_eq!(taken.location(), format!("{client}/edit?done=logo"));
    let page = ada.get(&client).await;
    let logo = format!("/logos/{}.png", between(&page.body, "/logos/", ".png"));
    let served = server.browser().get(&logo).await;
    assert_eq!(served.status, StatusCode::OK);
    assert_eq!(served.headers[header::CONTENT_TYPE], "image/png");
    assert_eq!(served.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    assert_eq!(served.headers[header::CACHE_CONTROL], "public, max-age=31536000, immutable");
    assert!(served.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap().ends_with("sandbox"));
    assert!(served.cookies().is_empty());

    for hostile in [&b"<svg onload='alert(1)'/>"[..], b"", &vec![0; 1_100_000], &vec![0; 5_000_000]] {
        let refused = ada.upload(&format!("{client}/logo"), &[("logo", hostile)], &token).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.body.contains("id=\"logo-error\""));
    }
    for parts in [&[("logo", &pixel[..]); 4][..], &[("other", b"x")]] {
        assert_eq!(
            ada.upload(&format!("{client}/logo"), parts, &token).await.status,
            StatusCode::BAD_REQUEST
        );
    }
    assert_eq!(
        ada.upload(&format!("{client}/logo"), &[("logo", &pixel)], "x").await.status,
        StatusCode::FORBIDDEN
    );
    let form = ada.post(&format!("{client}/logo"), &[], &token).await;
    assert_eq!(form.status, StatusCode::FORBIDDEN);
    assert_eq!(server.browser().get(&logo).await.status, StatusCode::OK);
    let removed = ada.upload(&format!("{client}/logo"), &[("remove", b"1")], &token).await;
    assert_eq!(removed.location(), format!("{client}/edit?done=logo-removed"));
    assert_eq!(server.browser().get(&logo).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn keys_and_the_like_are_kept_behind_a_fold_and_outlive_an_edit() {
    let server = TestServer::at("http://localhost:8080").await;
    let mut ada = server.browser();
    ada.sign_in().await;
    let keyed = [
        ("token_endpoint_auth_method", "private_key_jwt"),
        ("jwks_uri", "https://notes.example/jwks"),
        ("subject_type", "pairwise"),
        ("backchannel_logout_uri", "https://notes.example/out"),
        ("backchannel_logout_session_required", "on"),
    ];
    let fields = [&FORM[..], &keyed[..]].concat();
    let answer = ada.submit(NEW, &fields).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert!(!answer.body.contains("id=\"client-secret\""), "it has keys of its own");
    let path = format!("/developer/clients/{}", between(&answer.body, "id=\"client-id\">", "<"));
    let edit = ada.get(&format!("{path}/edit")).await.body;
    for kept in ["https://notes.example/jwks", "https://notes.example/out", "value=\"pairwise\" checked"] {
        assert!(edit.contains(kept), "{kept}");
    }
    let wrong = [&FORM[..], &[("jwks", "{}"), ("default_max_age", "soon")]].concat();
    let refused = ada.submit(NEW, &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    for id in ["href=\"#jwks\"", "href=\"#default_max_age\"", "<details class=\"fold part-fold\" open"] {
        assert!(refused.body.contains(id), "{id}");
    }
}
