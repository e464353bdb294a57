use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use postern_domain::Lifetime;

use crate::testing::{Answer, TestBrowser, TestServer};

const OWN: &str = "http://localhost:8080";
const APP: &str = "http://app.localhost:9000";

async fn server() -> TestServer {
    TestServer::with(|config| {
        config.session_api_token.enabled = true;
        config.session_api_token.origins = vec![APP.to_owned()];
    })
    .await
}

async fn send(browser: &mut TestBrowser<'_>, method: Method, origin: Option<&str>) -> Answer {
    let mut request = Request::builder().method(method).uri("/session-api-token");
    if let Some(origin) = origin {
        request = request.header(header::ORIGIN, origin);
    }
    browser.send(request.body(Body::empty()).unwrap()).await
}

fn allowed(answer: &Answer) -> &str {
    let credentials = answer.headers.contains_key("access-control-allow-credentials");
    let origin = answer.headers.get("access-control-allow-origin");
    assert_eq!(credentials, origin.is_some());
    origin.map_or("", |origin| origin.to_str().unwrap())
}

#[tokio::test]
async fn own_pages_and_those_of_the_named_origins_obtain_the_token_of_the_session() {
    let server = server().await;
    let mut ada = server.browser();
    ada.sign_in().await;
    let own = send(&mut ada, Method::POST, Some(OWN)).await;
    let other = send(&mut ada, Method::POST, Some(APP)).await;
    assert_eq!((own.status, other.status), (StatusCode::OK, StatusCode::OK));
    assert_eq!((allowed(&own), allowed(&other)), (OWN, APP));
    assert_eq!(own.body, other.body);
    assert!(own.body.contains("\"token\":\"postern_rst_"), "{}", own.body);
    assert_eq!(own.headers[header::CACHE_CONTROL], "no-store");
    assert!(own.cookies().is_empty());
    let asked = send(&mut ada, Method::OPTIONS, Some(APP)).await;
    assert_eq!((asked.status, allowed(&asked)), (StatusCode::NO_CONTENT, APP));
    assert!(ada.get("/session-api.js").await.body.contains("getRestApiToken"));
}

#[tokio::test]
async fn nobody_else_does() {
    let server = server().await;
    let mut ada = server.browser();
    let answer = send(&mut ada, Method::POST, Some(APP)).await;
    assert_eq!((answer.status, allowed(&answer)), (StatusCode::UNAUTHORIZED, APP));
    assert!(answer.body.contains("\"code\":\"login_required\""));
    ada.sign_in().await;
    for origin in [
        None,
        Some("null"),
        Some(""),
        Some("https://evil.example"),
        Some("http://app.localhost:9001"),
        Some("https://app.localhost:9000"),
        Some("http://APP.localhost:9000"),
        Some("http://app.localhost:9000/"),
        Some("http://app.localhost:9000.evil.example"),
    ] {
        for method in [Method::POST, Method::OPTIONS] {
            let answer = send(&mut ada, method, origin).await;
            assert_eq!((answer.status, allowed(&answer)), (StatusCode::FORBIDDEN, ""), "{origin:?}");
            assert!(!answer.body.contains("rst_"));
        }
    }
    let got = send(&mut ada, Method::GET, Some(APP)).await;
    assert_eq!(got.status, StatusCode::METHOD_NOT_ALLOWED);
    server.advance(Lifetime::days(15));
    let late = send(&mut ada, Method::POST, Some(APP)).await;
    assert_eq!(late.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn it_is_off_unless_it_is_turned_on() {
    let server = TestServer::at(OWN).await;
    let mut ada = server.browser();
    ada.sign_in().await;
    assert_eq!(send(&mut ada, Method::POST, Some(OWN)).await.status, StatusCode::NOT_FOUND);
    assert_eq!(ada.get("/session-api.js").await.status, StatusCode::NOT_FOUND);
    assert!(!ada.get("/settings/security").await.body.contains("session-api.js"));
}
