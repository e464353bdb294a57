//! What a client's pages show and change besides what is registered.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use postern_domain::Refusal;
use postern_flows::clients::{Manager, find, record_refusal};
use postern_flows::logo::MAX_LOGO_BYTES;
use serde_json::Value;

use super::fixture::{Holder, World};
use crate::testing::Answer;

/// One pixel.
const PNG: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

async fn client(world: &World, token: &str) -> String {
    let body = r#"{"name":"App","type":"public","redirect_uris":["https://app.example/cb"],
        "scopes":["openid"],"homepage_url":"https://app.example"}"#;
    let made = world.send("POST", "/v1/oauth-clients", token, body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    made.json()["client_id"].as_str().unwrap().to_owned()
}

async fn upload(world: &World, path: &str, token: &str, kind: &str, picture: Vec<u8>) -> Answer {
    let request = Request::put(path)
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CONTENT_TYPE, kind);
    world.server.send(request.body(Body::from(picture)).unwrap()).await
}

#[tokio::test]
async fn a_logo_is_set_and_taken_away() {
    let world = World::new().await;
    for holder in [Holder::PersonsScript, Holder::OrganizationsScript] {
        let token = world.token(holder, "clients:write").await;
        let client = client(&world, &token).await;
        let path = format!("/v1/oauth-clients/{client}/logo");
        let png = STANDARD.decode(PNG).unwrap();
        let set = upload(&world, &path, &token, "image/png", png.clone()).await;
        assert_eq!(set.status, StatusCode::OK, "{}", set.body);
        let url = set.json()["logo_url"].as_str().unwrap().to_owned();
        let shown = world.call("GET", url.strip_prefix("http://localhost:8080").unwrap(), None).await;
        assert_eq!((shown.status, shown.header("content-type")), (StatusCode::OK, "image/png"));
        for (kind, picture, status) in [
            ("application/json", png.clone(), 415),
            ("image/svg+xml", png, 415),
            ("image/png", b"<svg/>".to_vec(), 422),
            ("image/png", Vec::new(), 422),
            // Larger than other bodies may be, and than a logo.
            ("image/png", vec![0; 70_000], 422),
            ("image/png", vec![0; MAX_LOGO_BYTES + 1], 413),
        ] {
            let refused = upload(&world, &path, &token, kind, picture).await;
            assert_eq!(refused.status.as_u16(), status, "{kind}: {}", refused.body);
            assert_eq!(refused.header("content-type"), "application/problem+json");
        }
        for _ in 0..2 {
            assert_eq!(world.send("DELETE", &path, &token, "").await.status, StatusCode::NO_CONTENT);
        }
        let one =
            world.call("GET", path.strip_suffix("/logo").unwrap(), Some(&format!("Bearer {token}"))).await;
        assert_eq!(one.json()["logo_url"], Value::Null);
    }
}

#[tokio::test]
async fn refused_calls_are_listed_in_parts() {
    let world = World::new().await;
    let token = world.token(Holder::PersonsScript, "clients:write").await;
    let name = client(&world, &token).await;
    let client = find(&world.server.app, Manager::Operator, &name).await.unwrap();
    for reason in ["one", "two"] {
        record_refusal(&world.server.app, client.id, "token", &Refusal::invalid_request(reason)).await;
    }
    let bearer = format!("Bearer {token}");
    let path = format!("/v1/oauth-clients/{name}/errors");
    let first = world.call("GET", &format!("{path}?limit=1"), Some(&bearer)).await.json();
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = world.call("GET", &format!("{path}?limit=1&cursor={cursor}"), Some(&bearer)).await.json();
    let mut reasons = [&first, &second].map(|part| part["items"][0]["reason"].as_str().unwrap());
    reasons.sort_unstable();
    assert_eq!((reasons, &second["next_cursor"]), (["one", "two"], &Value::Null));
    let others = world.token(Holder::OrganizationsScript, "clients:write").await;
    let others = world.call("GET", &path, Some(&format!("Bearer {others}"))).await;
    assert_eq!(others.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_a_usual_app_does_without_is_registered_and_replaced_as_a_whole() {
    let world = World::new().await;
    let token = world.token(Holder::PersonsScript, "clients:read clients:write").await;
    let protocol = r#"{"jwks":{"keys":[{"kty":"OKP","crv":"Ed25519","x":"AQ"}]},"subject_type":"pairwise",
        "userinfo_signed_response_alg":"ES256","default_max_age":60,
        "backchannel_logout_uri":"https://app.example/out","localized":{"client_name#de":"Anwendung"}}"#;
    let body = |protocol: &str| {
        format!(
            r#"{{"name":"App","type":"confidential","redirect_uris":["https://app.example/cb"],"scopes":["openid"],
            "homepage_url":"https://app.example","token_endpoint_auth_method":"private_key_jwt","protocol":{protocol}}}"#
        )
    };
    let made = world.send("POST", "/v1/oauth-clients", &token, &body(protocol)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    assert_eq!(made.json()["client_secret"], Value::Null, "it has keys of its own");
    let path = format!("/v1/oauth-clients/{}", made.json()["client_id"].as_str().unwrap());
    let read = world.call("GET", &path, Some(&format!("Bearer {token}"))).await.json();
    let sent: Value = serde_json::from_str(protocol).unwrap();
    for (name, value) in sent.as_object().unwrap() {
        assert_eq!(&read["protocol"][name], value, "{name}");
    }
    let renamed = world.send("PATCH", &path, &token, r#"{"name":"Other"}"#).await.json();
    assert_eq!(renamed["protocol"], read["protocol"], "a change of something else leaves it");
    let kept = r#"{"protocol":{"jwks_uri":"https://app.example/jwks"}}"#;
    let changed = world.send("PATCH", &path, &token, kept).await.json();
    assert_eq!(changed["protocol"]["jwks_uri"], "https://app.example/jwks");
    assert_eq!(changed["protocol"]["jwks"], Value::Null);
    assert_eq!(changed["protocol"]["subject_type"], "public");
    for wrong in
        [r#"{"jwks_url":"x"}"#, r#"{"default_max_age":-1}"#, r#"{"jwks_uri":"http://app.example/x"}"#, "{}"]
    {
        let refused = world.send("POST", "/v1/oauth-clients", &token, &body(wrong)).await;
        assert!(refused.status.is_client_error(), "{wrong}: {}", refused.body);
    }
}

#[tokio::test]
async fn an_administrator_sees_every_client_and_closes_one() {
    let world = World::new().await;
    let owner = world.token(Holder::PersonsScript, "clients:write").await;
    let client = client(&world, &owner).await;
    let all = "/v1/admin/oauth-clients";
    let one = format!("{all}/{client}");
    let refused = world.send("PATCH", &one, &owner, r#"{"state":"disabled"}"#).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);

    let admin = world.token(Holder::PersonsScript, "instance:admin").await;
    let bearer = format!("Bearer {admin}");
    let listed = world.call("GET", all, Some(&bearer)).await.json();
    let names = |listed: &Value| {
        let items = listed["items"].as_array().unwrap().clone();
        items.into_iter().map(|item| item["client_id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert!(names(&listed).contains(&client), "{listed}");
    let themselves = world.call("GET", &format!("{all}?registered=itself"), Some(&bearer)).await.json();
    assert_eq!(names(&themselves), [""; 0]);
    for (state, disabled) in [("disabled", true), ("active", false)] {
        let changed = world.send("PATCH", &one, &admin, &format!(r#"{{"state":"{state}"}}"#)).await;
        assert_eq!(
            (changed.status, &changed.json()["disabled"]),
            (StatusCode::OK, &disabled.into()),
            "{}",
            changed.body
        );
    }
}
