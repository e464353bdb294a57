use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use postern_domain::{InstanceRight, Lifetime};
use postern_flows::users::Standing;

use crate::testing::{Answer, CLIENT, PIXEL, TestBrowser, TestServer};

const PATH: &str = "/admin/branding";
const LOGO: &str = "/admin/branding/logo";
/// A name that would do something if it were not escaped.
const NAME: &str = "A<script>alert(1)</script>\"'&";
const ESCAPED: &str = "A&#60;script&#62;alert(1)&#60;/script&#62;&#34;&#39;&#38;";

async fn server(rights: &[InstanceRight]) -> TestServer {
    let standing = Standing { rights: rights.iter().copied().collect(), ..Standing::default() };
    let here = |config: &mut postern_flows::Config| {
        config.public_url = "http://localhost:8080".parse().unwrap();
        config.branding.name = "Acme".to_owned();
    };
    TestServer::with_standing(here, standing).await
}

/// The page where `browser` is asked to allow an app something.
async fn consent(browser: &mut TestBrowser<'_>) -> Answer {
    let made = browser.submit("/developer/clients/new", &CLIENT).await;
    let (_, id) = made.body.split_once("id=\"client-id\">").expect("a client");
    let id = id.split('<').next().unwrap();
    let ask = format!(
        "/v1/oauth2/authorize?response_type=code&client_id={id}&redirect_uri=https%3A%2F%2Fnotes.example%2Fcb&scope=openid&resource=http%3A%2F%2Flocalhost%3A8080"
    );
    let answer = browser.get(&ask).await;
    match answer.status {
        StatusCode::SEE_OTHER => browser.get(&answer.location().replace("http://localhost:8080", "")).await,
        _ => answer,
    }
}

#[tokio::test]
async fn what_is_set_is_on_every_page_at_once_and_stays_text() {
    let server = server(&InstanceRight::ALL).await;
    let mut ada = server.browser();
    ada.sign_in().await;
    let page = ada.get(PATH).await;
    assert!(
        page.body.contains("value=\"Acme\"") && page.body.contains("as it is by itself"),
        "{}",
        page.body
    );
    assert!(server.browser().get("/login").await.body.contains("<span>Acme</span>"));
    let saved = ada.submit(PATH, &[("name", NAME), ("accent", " #336699 ")]).await;
    assert_eq!((saved.status, saved.location()), (StatusCode::SEE_OTHER, "/admin/branding?done=saved"));
    let asked = consent(&mut ada).await;
    assert!(asked.body.contains("Notes") && asked.status == StatusCode::OK, "{}", asked.body);
    let signed_out = server.browser().get("/login").await;
    for page in [&signed_out, &asked, &ada.get(PATH).await, &ada.get("/nowhere").await] {
        assert!(page.body.contains(&format!("<span>{ESCAPED}</span>")), "{}", page.body);
        assert!(page.body.contains("/assets/accent-336699.css") && !page.body.contains("<script>"));
    }
    let shown = ada.get("/admin/settings").await.body;
    assert!(shown.contains(ESCAPED) && shown.contains("set in the console"), "{shown}");
    let documents = [server.browser().get("/openapi.json").await.json()["info"]["title"].clone()];
    assert_eq!(documents, [format!("{NAME} API")]);

    let back = ada.submit(PATH, &[("put_back", "name")]).await;
    assert_eq!(back.location(), "/admin/branding?done=put-back");
    assert!(server.browser().get("/login").await.body.contains("<span>Acme</span>"));
    assert!(ada.submit(PATH, &[("name", "Acme"), ("accent", "")]).await.location().ends_with("saved"));
    let plain = ada.get(PATH).await.body;
    assert!(!plain.contains("accent-336699") && !plain.contains("set in the console"), "{plain}");
    assert_eq!(server.browser().get("/openapi.json").await.json()["info"]["title"], "Acme API");
}

#[tokio::test]
async fn a_logo_is_shown_served_and_taken_away() {
    let server = server(&InstanceRight::ALL).await;
    let mut ada = server.browser();
    ada.sign_in().await;
    let token = ada.get(PATH).await.form_token();
    let pixel = STANDARD.decode(PIXEL).unwrap();
    let refused = ada.upload(LOGO, &[("logo", &pixel)], "").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    for bad in [&b""[..], b"<svg onload='alert(1)'/>", b"<script>alert(1)</script>"] {
        let refused = ada.upload(LOGO, &[("logo", bad)], &token).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.body.contains("logo-error"), "{}", refused.body);
    }
    let done = ada.upload(LOGO, &[("logo", &pixel)], &token).await;
    assert_eq!((done.status, done.location()), (StatusCode::SEE_OTHER, "/admin/branding?done=logo"));
    let page = server.browser().get("/login").await;
    let (_, rest) = page.body.split_once("<img src=\"/logos/").expect("the logo");
    let path = format!("/logos/{}", rest.split('"').next().unwrap());
    assert!(page.body.contains(&format!("<link rel=\"icon\" href=\"{path}\">")), "{}", page.body);
    let served = server.browser().get(&path).await;
    assert_eq!((served.status, served.header("content-type")), (StatusCode::OK, "image/png"));
    assert_eq!(served.header("cache-control"), "public, max-age=31536000, immutable");
    assert!(served.header("content-security-policy").contains("sandbox"));
    let gone = ada.upload(LOGO, &[("remove", b"1")], &token).await;
    assert_eq!(gone.location(), "/admin/branding?done=logo-removed");
    assert!(!server.browser().get("/login").await.body.contains("/logos/"));
    assert_eq!(server.browser().get(&path).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn only_administrators_who_proved_of_late_who_they_are_change_it() {
    let manager = server(&[InstanceRight::UsersManage]).await;
    let mut ada = manager.browser();
    ada.sign_in().await;
    assert_eq!(ada.get(PATH).await.status, StatusCode::FORBIDDEN);
    let token = ada.get("/settings/profile").await.form_token();
    assert_eq!(ada.post(PATH, &[("name", "Mine")], &token).await.status, StatusCode::FORBIDDEN);
    let pixel = STANDARD.decode(PIXEL).unwrap();
    assert_eq!(ada.upload(LOGO, &[("logo", &pixel)], &token).await.status, StatusCode::FORBIDDEN);

    let server = server(&InstanceRight::ALL).await;
    let mut ada = server.browser();
    ada.sign_in().await;
    let wrong = ada.submit(PATH, &[("name", " "), ("accent", "red")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    for told in ["name-error", "accent-error", "value=\"red\""] {
        assert!(wrong.body.contains(told), "{told}: {}", wrong.body);
    }
    assert_eq!(ada.submit(PATH, &[("put_back", "x")]).await.status, StatusCode::BAD_REQUEST);
    server.advance(Lifetime::seconds(16 * 60));
    let token = ada.get(PATH).await.form_token();
    for answer in [
        ada.post(PATH, &[("name", "Late")], &token).await,
        ada.upload(LOGO, &[("logo", &pixel)], &token).await,
        ada.upload(LOGO, &[("remove", b"1")], &token).await,
    ] {
        assert_eq!(answer.location(), "/reauthenticate?return_to=%2Fadmin%2Fbranding");
    }
    assert!(server.browser().get("/login").await.body.contains("<span>Acme</span>"));
}
