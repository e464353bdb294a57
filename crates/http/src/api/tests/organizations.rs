use axum::http::StatusCode;

use super::fixture::{Holder, World};

#[tokio::test]
async fn an_organization_is_made_renamed_and_deleted() {
    let world = World::new().await;
    let token = world.token(Holder::PersonsScript, "organizations:write").await;
    let bearer = format!("Bearer {token}");
    let made = world.send("POST", "/v1/organizations", &token, r#"{"name":"Acme Labs"}"#).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    assert_eq!((&made.json()["slug"], &made.json()["role"]), (&"acme-labs".into(), &"owner".into()));
    let listed = world.call("GET", "/v1/organizations", Some(&bearer)).await.json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 2);
    let one = "/v1/organizations/acme-labs";
    let changed = r#"{"name":"Labs","max_token_lifetime":"90d","apps_need_approval":true}"#;
    let changed = world.send("PATCH", one, &token, changed).await.json();
    assert_eq!((&changed["name"], &changed["max_token_lifetime"]), (&"Labs".into(), &"90d".into()));
    let again = world.send("PATCH", one, &token, r#"{"max_token_lifetime":null}"#).await.json();
    assert_eq!(
        (&again["max_token_lifetime"], &again["apps_need_approval"]),
        (&serde_json::Value::Null, &true.into())
    );
    for _ in 0..2 {
        assert_eq!(world.send("DELETE", one, &token, "").await.status, StatusCode::NO_CONTENT);
    }
    assert_eq!(world.call("GET", one, Some(&bearer)).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn members_are_listed_and_invited_by_scopes_of_their_own() {
    let world = World::new().await;
    let token = world.token(Holder::OrganizationsScript, "members:write").await;
    let bearer = format!("Bearer {token}");
    let members = "/v1/organizations/acme/members";
    let listed = world.call("GET", members, Some(&bearer)).await;
    assert_eq!(listed.json()["items"][0]["username"], "ada", "{}", listed.body);
    let own = format!("{members}/{}", world.ada.id);
    let role = world.send("PATCH", &own, &token, r#"{"role":"member"}"#).await;
    assert_eq!(role.status, StatusCode::FORBIDDEN, "owners are not for admins: {}", role.body);
    let invitations = "/v1/organizations/acme/invitations";
    let made =
        world.send("POST", invitations, &token, r#"{"email":"bob@example.com","role":"member"}"#).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    assert!(made.json()["link"].as_str().unwrap().contains("/organizations/join?"));
    let owner = world.send("POST", invitations, &token, r#"{"email":"b@example.com","role":"owner"}"#).await;
    assert_eq!(owner.status, StatusCode::FORBIDDEN, "{}", owner.body);
    let one = format!("{invitations}/{}", made.json()["id"].as_str().unwrap());
    for _ in 0..2 {
        assert_eq!(world.send("DELETE", &one, &token, "").await.status, StatusCode::NO_CONTENT);
    }
    let listed = world.call("GET", invitations, Some(&bearer)).await.json();
    assert_eq!(listed["items"], serde_json::json!([]));
}

#[tokio::test]
async fn an_organizations_clients_are_its_own_tokens_to_manage() {
    let world = World::new().await;
    let token = world.token(Holder::OrganizationsScript, "clients:write").await;
    let body = r#"{"name":"App","type":"public","redirect_uris":["https://app.example/cb"],
        "scopes":["openid"],"homepage_url":"https://app.example"}"#;
    let made = world.send("POST", "/v1/oauth-clients", &token, body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    assert_eq!(made.json()["owner"]["id"], world.organization.id.to_string());
    let listed = world.call("GET", "/v1/oauth-clients", Some(&format!("Bearer {token}"))).await.json();
    assert_eq!(listed["items"][0]["client_id"], made.json()["client_id"]);
    // The same person's own clients are no business of the organization's token, and the other way round.
    let own = world.token(Holder::PersonsScript, "clients:read").await;
    let own = world.call("GET", "/v1/oauth-clients", Some(&format!("Bearer {own}"))).await.json();
    assert_eq!(own["items"], serde_json::json!([]));
}
