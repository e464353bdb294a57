use axum::http::StatusCode;
use postern_flows::audit::flush;

use crate::testing::TestServer;

#[tokio::test]
async fn what_somebody_did_is_listed_filtered_and_exported() {
    let server = TestServer::at("http://localhost:8080").await;
    let mut ada = server.browser();
    ada.sign_in().await;
    let empty = ada.get("/audit").await;
    assert_eq!(empty.status, StatusCode::OK, "{}", empty.body);
    ada.submit("/settings/tokens/new", &[("name", "Deploy <b>"), ("scope", "openid"), ("expiry", "30d")])
        .await;
    flush(&server.app).await.unwrap();
    let list = ada.get("/audit").await;
    assert!(list.body.contains("made the token"), "{}", list.body);
    assert!(list.body.contains("Deploy &#60;b&#62;") && list.body.contains("openid"));
    for (query, is_there) in [
        ("token=Deploy%20%3Cb%3E", true),
        ("user=ada", true),
        ("user=bob", false),
        ("show=changes", true),
        ("show=refused", false),
        ("action=token.made", true),
        ("action=token.revoked", false),
        ("from=2027-01-15&to=2027-01-15", true),
        ("from=2027-01-16", false),
        ("to=2027-01-14", false),
    ] {
        let found = ada.get(&format!("/audit?{query}")).await;
        assert_eq!(found.status, StatusCode::OK);
        assert_eq!(found.body.contains("made the token"), is_there, "{query}");
    }
    for query in ["token=none", "from=soon"] {
        let found = ada.get(&format!("/audit?{query}")).await;
        assert!(found.body.contains("role=\"alert\""), "{query}");
    }
    let csv = ada.get("/audit/export?format=csv&action=token.made").await;
    assert!(csv.header("content-type").starts_with("text/csv"));
    assert!(csv.body.starts_with("id,at,kind,") && csv.body.contains("token.made"), "{}", csv.body);
    assert_eq!(csv.body.lines().count(), 2);
    let lines = ada.get("/audit/export?format=jsonl").await;
    assert!(lines.body.lines().all(|line| line.starts_with('{')) && lines.body.contains("token.made"));
    assert_eq!(ada.get("/audit/export?format=xml").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(ada.get("/audit?organization=acme").await.status, StatusCode::NOT_FOUND);
    assert!(server.browser().get("/audit").await.location().starts_with("/login"));
}
