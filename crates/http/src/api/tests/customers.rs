use axum::http::StatusCode;

use super::fixture::{Holder, World};

#[tokio::test]
async fn a_customer_comes_gets_a_session_and_goes() {
    let world = World::new().await;
    let token = world.token(Holder::OrganizationsScript, "customers:write customer_sessions:write").await;
    let bearer = format!("Bearer {token}");
    let body = r#"{"email":"bob@example.com","name":"Bob","external_id":"b-1","metadata":{"plan":"pro"}}"#;
    let made = world.send("POST", "/v1/customers", &token, body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    assert_eq!(world.send("POST", "/v1/customers", &token, body).await.status, StatusCode::CONFLICT);
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let one = format!("/v1/customers/{id}");
    let listed = world.call("GET", "/v1/customers?query=bob", Some(&bearer)).await.json();
    assert_eq!(listed["items"][0]["id"], id.as_str());
    let changed = world.send("PATCH", &one, &token, r#"{"name":null}"#).await.json();
    assert_eq!((&changed["name"], &changed["external_id"]), (&serde_json::Value::Null, &"b-1".into()));
    for (path, which) in [
        ("/v1/customer-sessions", format!(r#"{{"customer_id":"{id}"}}"#)),
        ("/v1/customer-portal/sessions/create", r#"{"external_customer_id":"b-1"}"#.to_owned()),
    ] {
        let session = world.send("POST", path, &token, &which).await;
        assert_eq!(session.status, StatusCode::CREATED, "{}", session.body);
        let session = session.json();
        assert_eq!(session["expires_at"], world.server.app.clock.now().0 + 3_600);
        let bearer = format!("Bearer {}", session["token"].as_str().unwrap());
        let portal = world.call("GET", "/v1/customer-portal/session", Some(&bearer)).await;
        assert_eq!(portal.json()["customer"]["id"], id.as_str(), "{}", portal.body);
        let refused = world.call("GET", "/v1/users/me", Some(&bearer)).await;
        assert_eq!(
            (refused.status, refused.json_code()),
            (StatusCode::FORBIDDEN, "insufficient_subject".into())
        );
    }
    for which in ["{}", r#"{"customer_id":"x","external_customer_id":"b-1"}"#] {
        let answer = world.send("POST", "/v1/customer-sessions", &token, which).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{which}");
    }
    // A person says which organization is meant, and must belong to it.
    let person = world.token(Holder::PersonsScript, "customers:read").await;
    let person = format!("Bearer {person}");
    assert_eq!(world.call("GET", "/v1/customers", Some(&person)).await.status, StatusCode::BAD_REQUEST);
    for (organization, status) in
        [(world.organization.id.0, StatusCode::OK), (world.ada.id.0, StatusCode::NOT_FOUND)]
    {
        let path = format!("/v1/customers?organization_id={organization}");
        assert_eq!(world.call("GET", &path, Some(&person)).await.status, status);
    }
    for _ in 0..2 {
        assert_eq!(world.send("DELETE", &one, &token, "").await.status, StatusCode::NO_CONTENT);
    }
}
