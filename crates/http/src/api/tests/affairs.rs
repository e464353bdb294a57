//! What owners do on an organization's pages, by the API.

use axum::http::StatusCode;
use postern_domain::{Plain, User};
use postern_flows::users::{self, NewUser, Standing};
use serde_json::json;

use super::fixture::{Holder, World};

const ACME: &str = "/v1/organizations/acme";

async fn bob(world: &World) -> User {
    let bob = NewUser {
        username: "bob".into(),
        email: "bob@example.com".into(),
        name: "Bob".into(),
        password: Some(Plain::new("a long password of bob's".into())),
    };
    let standing = Standing { email_verified: true, ..Standing::default() };
    users::create(&world.server.app, &bob, standing).await.unwrap()
}

/// What stands behind `invitation=` in the link of a new invitation.
async fn invite(world: &World, owner: &str) -> String {
    let body = r#"{"email":"bob@example.com","role":"admin"}"#;
    let made = world.send("POST", &format!("{ACME}/invitations"), owner, body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let link = made.json()["link"].as_str().unwrap().to_owned();
    json!({ "invitation": link.split("invitation=").nth(1).unwrap() }).to_string()
}

#[tokio::test]
async fn an_invitation_is_looked_at_declined_and_accepted() {
    let world = World::new().await;
    let bob = bob(&world).await;
    let owner = world.token(Holder::PersonsScript, "members:write organizations:write").await;
    let invited = world.token_of(&bob, "organizations:write").await;
    let link = invite(&world, &owner).await;
    let mine = world.send("POST", "/v1/invitations/look", &owner, &link).await.json();
    assert!(mine["refusal"].as_str().unwrap().contains("bob@example.com"), "{mine}");
    let not_mine = world.send("POST", "/v1/invitations/accept", &owner, &link).await;
    assert_eq!(not_mine.status, StatusCode::FORBIDDEN);
    let seen = world.send("POST", "/v1/invitations/look", &invited, &link).await.json();
    assert_eq!(
        (&seen["organization"], &seen["role"], &seen["refusal"]),
        (&"Acme".into(), &"admin".into(), &json!(null))
    );
    let declined = world.send("POST", "/v1/invitations/decline", &invited, &link).await;
    assert_eq!(declined.status, StatusCode::NO_CONTENT, "{}", declined.body);
    let over = world.send("POST", "/v1/invitations/accept", &invited, &link).await;
    assert_eq!(over.status, StatusCode::NOT_FOUND);
    let link = invite(&world, &owner).await;
    let accepted = world.send("POST", "/v1/invitations/accept", &invited, &link).await;
    assert_eq!(
        (accepted.status, &accepted.json()["role"]),
        (StatusCode::OK, &"admin".into()),
        "{}",
        accepted.body
    );
    // Handed over, the one who did so is an admin.
    let to = json!({ "user_id": bob.id }).to_string();
    let nobody = r#"{"user_id":"01931b5c-6f2e-7c3a-9d6e-2f1f0a6b4c11"}"#;
    let transfer = format!("{ACME}/transfer");
    assert_eq!(world.send("POST", &transfer, &owner, nobody).await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.send("POST", &transfer, &owner, r#"{"user_id":"x"}"#).await.status.as_u16(), 422);
    assert_eq!(world.send("POST", &transfer, &invited, &to).await.status, StatusCode::FORBIDDEN);
    let done = world.send("POST", &transfer, &owner, &to).await;
    assert_eq!(done.status, StatusCode::NO_CONTENT, "{}", done.body);
    let bearer = format!("Bearer {invited}");
    assert_eq!(world.call("GET", ACME, Some(&bearer)).await.json()["role"], "owner");
}

#[tokio::test]
async fn apps_are_approved_and_withdrawn() {
    let world = World::new().await;
    let token = world.token(Holder::PersonsScript, "organizations:write").await;
    let bearer = format!("Bearer {token}");
    let (all, one) = (format!("{ACME}/apps"), format!("{ACME}/apps/web"));
    assert_eq!(world.call("GET", &all, Some(&bearer)).await.json()["items"], json!([]));
    for _ in 0..2 {
        let approved = world.send("PUT", &one, &token, "").await;
        assert_eq!(approved.status, StatusCode::NO_CONTENT, "{}", approved.body);
    }
    let listed = world.call("GET", &all, Some(&bearer)).await.json();
    let app = &listed["items"][0];
    assert_eq!(
        (&app["client_id"], &app["state"], &app["approved"]),
        (&"web".into(), &"approved".into(), &true.into())
    );
    let unknown = world.send("PUT", &format!("{all}/nobody"), &token, "").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    for _ in 0..2 {
        assert_eq!(world.send("DELETE", &one, &token, "").await.status, StatusCode::NO_CONTENT);
    }
    assert_eq!(world.call("GET", &all, Some(&bearer)).await.json()["items"], json!([]));
}

#[tokio::test]
async fn figures_and_what_a_policy_would_break() {
    let world = World::new().await;
    let token = world.token(Holder::PersonsScript, "organizations:write").await;
    let forever = world.token(Holder::OrganizationsScript, "clients:read").await;
    let figures =
        world.call("GET", &format!("{ACME}/overview"), Some(&format!("Bearer {token}"))).await.json();
    assert_eq!(
        (&figures["members"], &figures["customers"], &figures["live_tokens"]),
        (&1.into(), &1.into(), &1.into())
    );
    let effects = format!("{ACME}/policy-effects");
    let broken = world.send("POST", &effects, &token, r#"{"max_token_lifetime":"1d"}"#).await.json();
    assert_eq!(broken["tokens"][0]["name"], "script", "{broken}");
    assert!(broken["tokens_end_at"].is_number());
    let none = world.send("POST", &effects, &token, "{}").await.json();
    let nothing = json!({
        "tokens": [], "tokens_end_at": null, "apps": [], "members": [], "members_without_second_factor": 0,
    });
    assert_eq!(none, nothing);
    // Whoever asks it of others has one.
    let asks = r#"{"members_need_second_factor":true}"#;
    let refused = world.send("POST", &effects, &token, asks).await.json();
    assert_eq!(refused["errors"][0]["field"], "members_need_second_factor", "{refused}");
    let bad = world.send("POST", &effects, &token, r#"{"max_token_lifetime":"soon"}"#).await;
    assert_eq!(bad.json()["errors"][0]["field"], "max_token_lifetime");
    // Nothing was changed by looking.
    assert_eq!(
        world.call("GET", "/v1/scopes", Some(&format!("Bearer {forever}"))).await.status,
        StatusCode::OK
    );
}
