//! The shape of requests and answers, whatever the operation.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};

use super::fixture::{Holder, World};

const ME: &str = "/v1/users/me";

#[tokio::test]
async fn what_is_not_there_is_a_problem_too() {
    let world = World::new().await;
    for path in ["/v1", "/v1/", "/v1/nowhere", "/v1/users/me/", "/v1/users", "/v1/oauth2/nowhere"] {
        let answer = world.call("GET", path, None).await;
        assert_eq!(
            (answer.status, answer.json_code()),
            (StatusCode::NOT_FOUND, "not_found".into()),
            "{path}"
        );
        assert_eq!(answer.header("content-type"), "application/problem+json", "{path}");
        assert_ne!(answer.header("x-ratelimit-limit"), "", "{path}");
    }
    let answer = world.call("DELETE", ME, None).await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(answer.json_code(), "method_not_allowed");
    let mut allowed: Vec<_> = answer.header("allow").split(',').collect();
    allowed.sort_unstable();
    assert_eq!(allowed, ["GET", "HEAD", "PATCH"]);
}

#[tokio::test]
async fn bodies_are_read_strictly() {
    let world = World::new().await;
    let token = world.token(Holder::PersonsScript, "user:write").await;
    let large = format!("{{\"name\":\"{}\"}}", "x".repeat(70_000));
    for (body, status) in [
        ("", 400),
        ("{", 400),
        ("[]", 400),
        ("null", 400),
        (r#"{"name":"A","name":"B"}"#, 400),
        (r#"{"nam":"A"}"#, 400),
        (r#"{"name":1}"#, 400),
        (r#"{"name":"A\u0000"}"#, 400),
        (r#"{"name":"A"} {}"#, 400),
        (r#"{"username":"a b"}"#, 422),
        (large.as_str(), 413),
        (r#"{"name":"Ada L"}"#, 200),
        ("{}", 200),
    ] {
        let answer = world.send("PATCH", ME, &token, body).await;
        assert_eq!(answer.status.as_u16(), status, "{body}: {}", answer.body);
    }
    let answer = world.send("PATCH", ME, &token, r#"{"username":"a b"}"#).await;
    assert_eq!(answer.json()["errors"][0]["field"], "username");
    for kind in ["text/plain", "application/x-www-form-urlencoded", ""] {
        let request = Request::patch(ME)
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, kind);
        let answer = world.server.send(request.body(Body::from("{}")).unwrap()).await;
        assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{kind}");
    }
    let mail = world.send("PATCH", ME, &token, r#"{"email":"ada@example.org"}"#).await;
    assert_eq!((mail.status, mail.json_code()), (StatusCode::FORBIDDEN, "fresh_sign_in_required".into()));
}

/// N06 of the checks.
#[tokio::test]
async fn paging_is_read_strictly() {
    let world = World::new().await;
    let token = format!("Bearer {}", world.token(Holder::PersonsScript, "user:read clients:read").await);
    for list in ["/v1/scopes", "/v1/sessions", "/v1/consents", "/v1/oauth-clients"] {
        for query in [
            "limit=0",
            "limit=-1",
            "limit=101",
            "limit=1e9",
            "limit=99999999999999999999",
            "limit=ten",
            "limit=1&limit=2",
            "cursor=x",
            "cursor=%25",
            "cursor='%20OR%201=1",
            "cursor=AAAA_-",
            "cursor=%00",
            "cursor=%ff",
            "limit=",
            "offset=1",
            "offset=",
            "Limit=1",
        ] {
            let answer = world.call("GET", &format!("{list}?{query}"), Some(&token)).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{list}?{query}: {}", answer.body);
        }
        let answer = world.call("GET", &format!("{list}?limit=1"), Some(&token)).await;
        assert_eq!(answer.status, StatusCode::OK, "{list}");
        assert!(answer.json()["items"].is_array() && answer.json().get("next_cursor").is_some());
    }
    let mut names = Vec::new();
    let mut cursor = String::new();
    loop {
        let part = world.call("GET", &format!("/v1/scopes?limit=7{cursor}"), None).await.json();
        names.extend(part["items"].as_array().unwrap().iter().map(|item| item["name"].to_string()));
        let Some(next) = part["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
        let elsewhere = world.call("GET", &format!("/v1/sessions?cursor={next}"), Some(&token)).await;
        assert_eq!(elsewhere.status, StatusCode::BAD_REQUEST);
    }
    let all = world.server.app.catalogue.rows().len();
    names.dedup();
    assert_eq!(names.len(), all);
}

#[tokio::test]
async fn the_cookie_is_good_for_pages_of_ours_alone() {
    let world = World::new().await;
    let mut ada = world.server.browser();
    ada.sign_in().await;
    assert_eq!(ada.get(ME).await.json()["username"], "ada");
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("authorization", "Bearer x"),
    ] {
        let request = Request::get(ME).header(name, value).body(Body::empty()).unwrap();
        assert_eq!(ada.send(request).await.status, StatusCode::UNAUTHORIZED, "{name}: {value}");
    }
    let change = |token: Option<&str>| {
        let mut request = Request::patch(ME).header(header::CONTENT_TYPE, "application/json");
        if let Some(token) = token {
            request = request.header("x-form-token", token);
        }
        request.body(Body::from(r#"{"name":"Ada L"}"#)).unwrap()
    };
    let token = ada.get("/settings/profile").await.form_token();
    for (token, status) in
        [(None, StatusCode::FORBIDDEN), (Some("x"), StatusCode::FORBIDDEN), (Some(&*token), StatusCode::OK)]
    {
        assert_eq!(ada.send(change(token)).await.status, status, "{token:?}");
    }
    let answer = world.server.browser().get(ME).await;
    assert_eq!((answer.status, answer.cookies().len()), (StatusCode::UNAUTHORIZED, 0));
}

#[tokio::test]
async fn administrators_close_accounts_and_set_tiers() {
    let world = World::new().await;
    let token = world.token(Holder::PersonsScript, "instance:admin").await;
    let bearer = format!("Bearer {token}");
    let all = world.call("GET", "/v1/admin/users?limit=1", Some(&bearer)).await.json();
    assert_eq!(all["items"][0]["username"], "ada");
    let one = |name: &str| format!("/v1/admin/users?query={name}");
    assert_eq!(world.call("GET", &one("eve"), Some(&bearer)).await.json()["items"], serde_json::json!([]));
    let own = format!("/v1/admin/users/{}", world.ada.id);
    let closed = world.send("PATCH", &own, &token, r#"{"state":"disabled"}"#).await;
    assert_eq!(closed.status, StatusCode::CONFLICT, "{}", closed.body);
    assert_eq!(
        world.send("PATCH", &own, &token, r#"{"state":"gone"}"#).await.status,
        StatusCode::BAD_REQUEST
    );
    let organization = format!("/v1/admin/organizations/{}", world.organization.id);
    let tiered = world.send("PATCH", &organization, &token, r#"{"tier":"elevated"}"#).await;
    assert_eq!(tiered.json()["tier"], "elevated", "{}", tiered.body);
    let oat = format!("Bearer {}", world.token(Holder::OrganizationsScript, "clients:read").await);
    let limited = world.call("GET", "/v1/scopes", Some(&oat)).await;
    assert_eq!(limited.header("x-ratelimit-limit"), "100");
    assert_eq!(world.send("PATCH", &organization, &token, r#"{"tier":"x"}"#).await.status.as_u16(), 422);
}

#[tokio::test]
async fn a_client_is_registered_changed_and_deleted() {
    let world = World::new().await;
    let token = world.token(Holder::PersonsScript, "clients:write").await;
    let body = r#"{"name":"App","type":"confidential","redirect_uris":["https://app.example/cb"],
        "scopes":["openid"],"homepage_url":"https://app.example"}"#;
    let made = world.send("POST", "/v1/oauth-clients", &token, body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let made = made.json();
    assert!(made["client_secret"].as_str().unwrap().starts_with("postern_cs_"));
    let path = format!("/v1/oauth-clients/{}", made["client_id"].as_str().unwrap());
    let changed = world.send("PATCH", &path, &token, r#"{"name":"App 2","terms_url":null}"#).await.json();
    assert_eq!((&changed["name"], &changed["scopes"][0]), (&"App 2".into(), &"openid".into()));
    let privileged = world.send("PATCH", &path, &token, r#"{"trusted":true}"#).await;
    assert_eq!(privileged.json()["errors"][0]["field"], "trusted");
    let secrets = format!("{path}/secrets");
    let rotated = world.send("POST", &secrets, &token, "").await;
    assert_eq!(rotated.status, StatusCode::CREATED, "{}", rotated.body);
    assert_eq!(world.send("POST", &secrets, &token, r#"{"overlap":"soon"}"#).await.status.as_u16(), 422);
    assert_eq!(world.send("POST", &secrets, &token, "{}").await.status, StatusCode::CONFLICT);
    let shown = world.call("GET", &path, Some(&format!("Bearer {token}"))).await.json();
    assert_eq!(shown["secrets"].as_array().unwrap().len(), 2);
    for _ in 0..2 {
        let gone = world.send("DELETE", &path, &token, "").await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT);
    }
    assert_eq!(world.send("PATCH", &path, &token, "{}").await.status, StatusCode::NOT_FOUND);
}
