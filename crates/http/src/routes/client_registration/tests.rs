use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use postern_flows::ClientRegistration;
use serde_json::{Value, json};

use crate::testing::{Answer, TestServer};

const ALL: &str = "/v1/oauth2/register";
const LEAST: &str = r#"{"redirect_uris":["https://notes.example/cb"]}"#;

async fn server(registration: ClientRegistration) -> TestServer {
    TestServer::with(|config| config.clients.registration = registration).await
}

async fn send(server: &TestServer, method: &str, path: &str, token: Option<&str>, body: &str) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    if !body.is_empty() {
        request = request.header(header::CONTENT_TYPE, "application/json");
    }
    server.send(request.body(Body::from(body.to_owned())).unwrap()).await
}

/// A registered client: its own path, and what it was told.
async fn registered(server: &TestServer) -> (String, Value) {
    let answer = send(server, "POST", ALL, None, LEAST).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
    let told = answer.json();
    (format!("{ALL}/{}", told["client_id"].as_str().unwrap()), told)
}

#[tokio::test]
async fn a_client_registers_reads_replaces_and_deletes_itself() {
    let server = server(ClientRegistration::Open).await;
    let (path, told) = registered(&server).await;
    let token = told["registration_access_token"].as_str().unwrap();
    let own = server.app.config.url(&path);
    assert_eq!(told["registration_client_uri"], own);

    let read = send(&server, "GET", &path, Some(token), "").await;
    assert_eq!((read.status, read.header("cache-control")), (StatusCode::OK, "no-store"));
    assert_eq!(read.header("access-control-allow-origin"), "*", "apps in browsers register themselves too");
    let change = json!({
        "client_id": told["client_id"], "client_name": "Notes", "redirect_uris": ["https://notes.example/cb"],
    });
    let replaced = send(&server, "PUT", &path, Some(token), &change.to_string()).await;
    assert_eq!(replaced.status, StatusCode::OK, "{}", replaced.body);
    let next = replaced.json()["registration_access_token"].as_str().unwrap().to_owned();
    assert_eq!(send(&server, "DELETE", &path, Some(token), "").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(send(&server, "DELETE", &path, Some(&next), "").await.status, StatusCode::NO_CONTENT);
    let gone = send(&server, "GET", &path, Some(&next), "").await;
    assert_eq!(gone.status, StatusCode::UNAUTHORIZED);
    assert!(gone.header("www-authenticate").contains("error=\"invalid_token\""));
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_in_the_shape_of_the_standard() {
    let server = server(ClientRegistration::Open).await;
    let of_kind = async |kind: &str, body: &str| {
        let request = Request::post(ALL).header(header::CONTENT_TYPE, kind);
        server.send(request.body(Body::from(body.to_owned())).unwrap()).await
    };
    for (kind, body) in [
        ("text/plain", LEAST),
        ("application/x-www-form-urlencoded", "redirect_uris=x"),
        ("application/json", ""),
        ("application/json", "[]"),
        ("application/json", "{"),
        ("application/json", r#"{"scope":"openid","scope":"email"}"#),
    ] {
        let answer = of_kind(kind, body).await;
        let code = answer.json()["error"].clone();
        assert_eq!(
            (answer.status, code),
            (StatusCode::BAD_REQUEST, "invalid_client_metadata".into()),
            "{kind} {body}"
        );
    }
    assert_eq!(of_kind("application/json; charset=utf-8", LEAST).await.status, StatusCode::CREATED);
    let in_query = send(&server, "POST", &format!("{ALL}?access_token=x"), None, LEAST).await;
    assert_eq!(
        (in_query.status, in_query.json()["error"].as_str()),
        (StatusCode::BAD_REQUEST, Some("invalid_request"))
    );
    assert_eq!(send(&server, "GET", ALL, None, "").await.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn without_the_token_that_it_takes_nobody_gets_through() {
    let (path, _) = registered(&server(ClientRegistration::Open).await).await;
    let server = server(ClientRegistration::InitialAccessToken).await;
    for (method, path) in [("POST", ALL), ("GET", &path), ("PUT", &path), ("DELETE", &path)] {
        let body = if matches!(method, "POST" | "PUT") { LEAST } else { "" };
        let missing = send(&server, method, path, None, body).await;
        let challenge = missing.header("www-authenticate");
        assert_eq!(
            (missing.status, challenge),
            (StatusCode::UNAUTHORIZED, "Bearer realm=\"postern\""),
            "{method}"
        );
        assert!(missing.json()["error_description"].as_str().unwrap().contains("Authorization: Bearer"));
        let wrong = send(&server, method, path, Some("x"), body).await;
        assert_eq!(wrong.status, StatusCode::UNAUTHORIZED, "{method}");
        assert!(wrong.header("www-authenticate").contains("error=\"invalid_token\""), "{method}");
    }
}

#[tokio::test]
async fn off_is_off_and_too_many_are_told_when_to_come_again() {
    let off = send(&server(ClientRegistration::Off).await, "POST", ALL, None, LEAST).await;
    assert_eq!(off.status, StatusCode::FORBIDDEN);
    assert!(off.json()["error_description"].as_str().unwrap().contains("clients.registration"));
    let server = TestServer::with(|config| {
        config.clients.registration = ClientRegistration::Open;
        config.rate_limits.client_registration = 1;
    })
    .await;
    registered(&server).await;
    let refused = send(&server, "POST", ALL, None, LEAST).await;
    assert_eq!((refused.status, refused.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, "3600"));
}

#[tokio::test]
async fn a_page_of_another_origin_may_ask_to_replace() {
    let server = server(ClientRegistration::Open).await;
    let preflight = Request::builder()
        .method(Method::OPTIONS)
        .uri(format!("{ALL}/x"))
        .header(header::ORIGIN, "https://notes.example")
        .header(header::ACCESS_CONTROL_REQUEST_METHOD, "PUT");
    let answer = server.send(preflight.body(Body::empty()).unwrap()).await;
    assert!(answer.header("access-control-allow-methods").contains("PUT"));
}
