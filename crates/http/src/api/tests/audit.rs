use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use postern_flows::audit;
use serde_json::Value;

use super::fixture::{Holder, World};
use crate::testing::Answer;

async fn get(world: &World, path: &str, token: &str) -> Answer {
    world.call("GET", path, Some(&format!("Bearer {token}"))).await
}

async fn events(world: &World, query: &str) -> Vec<Value> {
    audit::flush(&world.server.app).await.unwrap();
    let token = world.token(Holder::PersonsScript, "audit:read instance:admin").await;
    let answer = get(world, &format!("/v1/audit-events?{query}"), &token).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    answer.json()["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn each_call_with_a_token_is_written_down() {
    let world = World::new().await;
    let token = world.token(Holder::PersonsScript, "user:read").await;
    let seen = get(&world, "/v1/users/me", &token).await;
    let refused = get(&world, "/v1/organizations?access_token=postern_pat_x", &token).await;
    assert_eq!((seen.status, refused.status), (StatusCode::OK, StatusCode::BAD_REQUEST));
    let forbidden = get(&world, "/v1/organizations", &token).await;
    assert_eq!(forbidden.status, StatusCode::FORBIDDEN);
    get(&world, "/v1/nothing", &token).await;
    get(&world, "/v1/users/me", "postern_pat_unknown").await;
    let calls = events(&world, "kind=call").await;
    let brief = |call: &Value| {
        let field = |name: &str| call[name].as_str().unwrap_or_default().to_owned();
        (field("verdict"), call["status"].as_u64().unwrap(), field("reason"), field("url"))
    };
    let told: Vec<_> = calls.iter().map(brief).collect();
    let row = |verdict: &str, status, reason: &str, path: &str| {
        (verdict.to_owned(), status, reason.to_owned(), format!("http://localhost:8080{path}"))
    };
    let expected = [
        row("allowed", 404, "not_found", "/v1/nothing"),
        row("refused", 403, "insufficient_scope", "/v1/organizations"),
        row("allowed", 200, "", "/v1/users/me"),
    ];
    for row in &expected {
        assert!(told.contains(row), "{row:?} in {told:?}");
    }
    let first = calls.iter().find(|call| call["status"] == 200).unwrap();
    assert_eq!(first["id"], seen.header("x-request-id"));
    assert_eq!(first["user_id"], world.ada.id.to_string());
    assert_eq!((&first["place"], &first["method"]), (&"api".into(), &"GET".into()));
    assert!(calls.iter().all(|call| !call["url"].as_str().unwrap().contains("postern_pat")));
    assert!(calls.iter().all(|call| call["user_id"].is_string()), "no call of an unknown token");
}

#[tokio::test]
async fn calls_with_a_token_that_was_revoked_are_too() {
    let world = World::new().await;
    let token = world.token(Holder::PersonsScript, "tokens:write user:read").await;
    let all = world.token(Holder::PersonsScript, "tokens:read tokens:write").await;
    let list = get(&world, "/v1/personal-access-tokens", &all).await.json();
    let of_the_other = |item: &&Value| item["scopes"].as_array().unwrap().contains(&"user:read".into());
    for item in list["items"].as_array().unwrap().iter().filter(of_the_other) {
        let path = format!("/v1/personal-access-tokens/{}", item["id"].as_str().unwrap());
        world.send("DELETE", &path, &all, "").await;
    }
    let answer = get(&world, "/v1/users/me", &token).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    let refused = events(&world, "verdict=refused").await;
    assert!(
        refused.iter().any(|call| call["status"] == 401 && call["reason"] == "invalid_token"),
        "{refused:?}"
    );
    let acts = events(&world, "action=token.revoked").await;
    assert!(
        !acts.is_empty() && acts[0]["token_id"].is_string() && acts[0]["address"].is_string(),
        "{acts:?}"
    );
    assert!(audit::verify(&world.server.app).await.unwrap().intact);
}

#[tokio::test]
async fn calls_of_the_protocol_with_a_token_are_too() {
    let world = World::new().await;
    let token = world.token(Holder::AppForPerson, "openid").await;
    let narrow = world.token(Holder::AppForPerson, "email").await;
    let form = async |path: &str, fields: String| {
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        world.server.send(request.body(Body::from(fields)).unwrap()).await.status
    };
    let userinfo = "/v1/oauth2/userinfo";
    assert_eq!(get(&world, userinfo, &token).await.status, StatusCode::OK);
    assert_eq!(get(&world, userinfo, &narrow).await.status, StatusCode::FORBIDDEN);
    assert_eq!(form(userinfo, format!("access_token={token}")).await, StatusCode::OK);
    assert_eq!(form("/v1/oauth2/revoke", format!("client_id=web&token={token}")).await, StatusCode::OK);
    assert_eq!(form("/v1/oauth2/revoke", "client_id=web&token=unknown".to_owned()).await, StatusCode::OK);
    assert_eq!(form(userinfo, format!("access_token={token}")).await, StatusCode::UNAUTHORIZED);
    let mut calls = events(&world, "kind=call").await;
    calls.retain(|call| call["url"].as_str().unwrap().contains("/v1/oauth2/"));
    let brief = |call: &Value| {
        let path = call["url"].as_str().unwrap().trim_start_matches("http://localhost:8080").to_owned();
        let reason = call["reason"].as_str().unwrap_or_default().to_owned();
        (call["method"].as_str().unwrap().to_owned(), path, call["status"].as_u64().unwrap(), reason)
    };
    let mut told: Vec<_> = calls.iter().map(brief).collect();
    told.sort();
    let row = |method: &str, path: &str, status, reason: &str| {
        (method.to_owned(), path.to_owned(), status, reason.to_owned())
    };
    let expected = [
        row("GET", userinfo, 200, ""),
        row("GET", userinfo, 403, "insufficient_scope"),
        row("POST", "/v1/oauth2/revoke", 200, ""),
        row("POST", userinfo, 200, ""),
        row("POST", userinfo, 401, "invalid_token"),
    ];
    assert_eq!(told, expected);
    assert!(calls.iter().all(|call| call["client_id"].is_string() && call["token_id"].is_string()));
}

#[tokio::test]
async fn what_a_token_changes_names_it() {
    let world = World::new().await;
    let token = world.token(Holder::PersonsScript, "user:write").await;
    let mut ada = world.server.browser();
    ada.sign_in().await;
    let cut = world.send("DELETE", "/v1/consents/web", &token, "").await;
    assert_eq!(cut.status, StatusCode::NO_CONTENT, "{}", cut.body);
    assert_eq!(world.send("DELETE", "/v1/sessions", &token, "").await.status, StatusCode::NO_CONTENT);
    for action in ["consent.withdrawn", "session.revoked"] {
        let acts = events(&world, &format!("action={action}")).await;
        assert_eq!(acts.len(), 1, "{action}: {acts:?}");
        assert!(acts[0]["token_id"].is_string(), "{acts:?}");
        assert_eq!(acts[0]["user_id"], world.ada.id.to_string());
    }
}

#[tokio::test]
async fn filters_that_make_no_sense_are_refused() {
    let world = World::new().await;
    let token = world.token(Holder::PersonsScript, "audit:read").await;
    for query in
        ["verdict=x", "kind=x", "action=x", "since=x", "until=-1", "token_id=x", "limit=0", "cursor=x"]
    {
        let answer = get(&world, &format!("/v1/audit-events?{query}"), &token).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}: {}", answer.body);
    }
    let other = world.token(Holder::PersonsScript, "user:read").await;
    assert_eq!(get(&world, "/v1/audit-events", &other).await.status, StatusCode::FORBIDDEN);
}
