use axum::body::Body;
use axum::http::{Request, StatusCode, header};

use crate::testing::{PASSWORD, TestServer};

const TOKEN: &str = "a-token-of-the-operator";

async fn server_with_token(folder: &tempfile::TempDir) -> TestServer {
    let file = folder.path().join("metrics.token");
    std::fs::write(&file, format!("{TOKEN}\n")).unwrap();
    TestServer::with(|config| config.metrics.token_file = Some(file)).await
}

async fn read(server: &TestServer, authorization: Option<&str>) -> crate::testing::Answer {
    let mut request = Request::get("/metrics");
    if let Some(authorization) = authorization {
        request = request.header(header::AUTHORIZATION, authorization);
    }
    server.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn only_who_has_the_token_reads_the_figures() {
    let folder = tempfile::tempdir().unwrap();
    let server = server_with_token(&folder).await;
    for wrong in [None, Some("Bearer x"), Some("Bearer "), Some("Basic YTpi"), Some(TOKEN)] {
        let answer = read(&server, wrong).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{wrong:?}");
        assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"metrics\"");
        assert!(!answer.body.contains("postern_"), "{}", answer.body);
    }
    let figures = read(&server, Some(&format!("Bearer {TOKEN}"))).await;
    assert_eq!(figures.status, StatusCode::OK);
    assert_eq!(figures.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    assert!(figures.cookies().is_empty());
    let off = TestServer::at("http://localhost:8080").await;
    assert_eq!(read(&off, Some(&format!("Bearer {TOKEN}"))).await.status, StatusCode::NOT_FOUND);
}

/// Whatever people send, only what the program itself calls things is in the figures.
#[tokio::test]
async fn nothing_that_was_sent_is_in_the_figures() {
    let folder = tempfile::tempdir().unwrap();
    let server = server_with_token(&folder).await;
    let mut browser = server.browser();
    let canary = "canary-7d1f";
    for path in [
        format!("/{canary}"),
        format!("/v1/tokens/{canary}?q={canary}"),
        format!("/developer/clients/{canary}"),
        format!("/v1/oauth2/authorize?client_id={canary}"),
    ] {
        browser.get(&path).await;
    }
    browser.submit("/login", &[("identifier", canary), ("password", PASSWORD)]).await;
    browser.submit("/login", &[("identifier", "ada"), ("password", canary)]).await;
    browser.sign_in().await;
    let introspect = Request::post("/v1/oauth2/introspect")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::AUTHORIZATION, format!("Bearer {canary}"));
    server.send(introspect.body(Body::from(format!("token={canary}"))).unwrap()).await;
    let figures = read(&server, Some(&format!("Bearer {TOKEN}"))).await.body;
    for secret in [canary, TOKEN, PASSWORD, "ada", "example.com"] {
        assert!(!figures.contains(secret), "{secret} is in\n{figures}");
    }
    for line in [
        "postern_http_requests_total{route=\"/developer/clients/{client}\",status=\"3xx\"} 1",
        "postern_http_requests_total{route=\"none\",status=\"4xx\"} 2",
        "postern_sign_in_failures_total{reason=\"wrong\"} 2",
        "# TYPE postern_changes_waiting gauge",
        "postern_mails_waiting 0",
        "postern_introspections_total{active=\"true\"} 0",
    ] {
        assert!(figures.lines().any(|found| found == line), "{line} is not in\n{figures}");
    }
}
