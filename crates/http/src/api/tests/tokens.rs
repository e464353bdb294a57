use axum::http::StatusCode;

use super::fixture::{Holder, World};

#[tokio::test]
async fn a_token_is_made_narrowed_rotated_renewed_and_revoked() {
    let world = World::new().await;
    for (holder, all) in [
        (Holder::PersonsScript, "/v1/personal-access-tokens"),
        (Holder::OrganizationsScript, "/v1/organization-access-tokens"),
    ] {
        let maker = world.token(holder, "tokens:write clients:read").await;
        let body = r#"{"name":"ci","scopes":["clients:read"],"expires_in":"30d","networks":["127.0.0.0/8"]}"#;
        let made = world.send("POST", all, &maker, body).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        let made = made.json();
        let first = format!("Bearer {}", made["token"].as_str().unwrap());
        assert_eq!(world.call("GET", "/v1/oauth-clients", Some(&first)).await.status, StatusCode::OK);
        let wider = r#"{"name":"ci","scopes":["members:write"]}"#;
        let wider = world.send("POST", all, &maker, wider).await;
        assert!(wider.status.is_client_error(), "{}", wider.body);
        let one = format!("{all}/{}", made["id"].as_str().unwrap());
        let changed = world.send("PATCH", &one, &maker, r#"{"name":"build","scopes":[]}"#).await;
        assert_eq!(changed.json()["name"], "build", "{}", changed.body);
        let narrowed = world.call("GET", "/v1/oauth-clients", Some(&first)).await;
        assert_eq!(narrowed.json_code(), "insufficient_scope");
        assert_eq!(world.send("POST", &format!("{one}/renew"), &maker, "").await.status, StatusCode::OK);
        let rotated = world.send("POST", &format!("{one}/rotate"), &maker, "").await;
        assert_eq!(rotated.status, StatusCode::CREATED, "{}", rotated.body);
        assert_eq!(world.call("GET", "/v1/scopes", Some(&first)).await.status, StatusCode::UNAUTHORIZED);
        let second = format!("{all}/{}", rotated.json()["id"].as_str().unwrap());
        for _ in 0..2 {
            assert_eq!(world.send("DELETE", &second, &maker, "").await.status, StatusCode::NO_CONTENT);
        }
        let shown = world.call("GET", &second, Some(&format!("Bearer {maker}"))).await.json();
        assert_eq!(shown["state"], "revoked");
        let listed = world.call("GET", &format!("{all}?state=x"), Some(&format!("Bearer {maker}"))).await;
        assert_eq!(listed.status, StatusCode::BAD_REQUEST);
    }
    let manager = format!("Bearer {}", world.token(Holder::PersonsScript, "users:manage").await);
    let everybodys = world.call("GET", "/v1/admin/tokens?kind=oat", Some(&manager)).await;
    assert!(everybodys.json()["items"].as_array().unwrap().len() > 1, "{}", everybodys.body);
}
