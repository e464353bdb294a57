use axum::http::StatusCode;
use serde_json::json;

use super::fixture::{Holder, World};

/// What a credential says of its person at `/v1/users/me`.
#[tokio::test]
async fn a_token_without_scopes_says_who_it_is() {
    let world = World::new().await;
    let ids = ["id"].as_slice();
    let public = ["id", "username"].as_slice();
    let all =
        ["claims", "created_at", "email", "email_verified", "id", "name", "rights", "updated_at", "username"]
            .as_slice();
    for (holder, scopes, fields) in [
        (Holder::PersonsScript, "", public),
        (Holder::PersonsScript, "clients:write", public),
        (Holder::PersonsScript, "email", &["email", "email_verified", "id", "username"]),
        (Holder::PersonsScript, "user:read", all),
        (Holder::PersonsScript, "user:write", all),
        (Holder::AppForPerson, "openid", ids),
        (Holder::AppForPerson, "openid profile", &["id", "name", "username"]),
        (Holder::AppForPerson, "openid email", &["email", "email_verified", "id"]),
        (Holder::AppForPerson, "user:read", all),
    ] {
        let token = format!("Bearer {}", world.token(holder, scopes).await);
        let answer = world.call("GET", "/v1/users/me", Some(&token)).await;
        assert_eq!(answer.status, StatusCode::OK, "{holder:?} {scopes}: {}", answer.body);
        let said = answer.json();
        let said: Vec<_> = said.as_object().unwrap().keys().map(String::as_str).collect();
        let mut sorted = said.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, fields, "{holder:?} with “{scopes}”");
    }
    let mut ada = world.server.browser();
    ada.sign_in().await;
    assert_eq!(ada.get("/v1/users/me").await.json()["email"], json!("ada@example.com"));
}
