//! T10: what belongs to others can be neither seen nor changed, by whatever operation and with whichever token.

use postern_tests::{Answer, Engine, Instance, Request, on_both_databases};
use serde_json::{Value, json};

use super::operations::{Operation, operations};
use super::place::Place;
use crate::scene::fingerprint;
use crate::sweep::PICTURE;

/// A body that the operation takes.
fn body(operation: &Operation, own: &Place<'_>) -> Value {
    let ends = |end: &str| operation.path.ends_with(end);
    match operation.method.as_str() {
        "POST" if ends("/invitations") => json!({ "email": "eve@example.com", "role": "member" }),
        "POST" if ends("/transfer") => json!({ "user_id": own.person.id }),
        "PATCH" if ends("/members/{id}") => json!({ "role": "member" }),
        "PATCH" if ends("/{organization}") || ends("/oauth-clients/{client_id}") => {
            json!({ "name": "Changed" })
        }
        "PATCH" => json!({ "name": "Changed", "note": null, "scopes": [], "external_id": null })
            .as_object()
            .map(|all| {
                all.iter()
                    .filter(|(name, _)| operation.in_body.contains(name))
                    .map(|(name, value)| (name.clone(), value.clone()))
                    .collect()
            })
            .unwrap(),
        "POST" if ends("/policy-effects") => json!({ "apps_need_approval": true }),
        _ => json!({}),
    }
}

async fn send(instance: &Instance, token: &str, method: &str, path: &str, body: &Value) -> Answer {
    let request = Request::new(method, path).bearer(token);
    let request = match method {
        "GET" => request,
        "PUT" if path.ends_with("/logo") => request.body("image/png", PICTURE),
        _ => request.body("application/json", body.to_string()),
    };
    instance.wire().send(request).await
}

/// What would be made or listed for somebody else, with the other's ids in bodies and queries.
fn made_for_others(own: &Place<'_>, other: &Place<'_>) -> Vec<(&'static str, String, Value)> {
    let (organization, customer) = (other.id("organization_id"), other.id("customers"));
    let client = json!({ "name": "App", "type": "public", "redirect_uris": ["https://app.example/cb"],
        "scopes": ["openid"], "homepage_url": "https://app.example", "organization_id": organization });
    let script = json!({ "name": "script", "scopes": ["members:read"], "organization_id": organization });
    let for_user = json!({ "name": "script", "scopes": ["user:read"], "user_id": other.person.id });
    let list = |path: &str| ("GET", format!("{path}?organization_id={organization}"), Value::Null);
    let own_organization = own.id("organization");
    vec![
        ("POST", "/v1/organization-access-tokens".into(), script),
        ("POST", "/v1/personal-access-tokens".into(), for_user),
        (
            "POST",
            "/v1/customers".into(),
            json!({ "email": "g@example.com", "organization_id": organization }),
        ),
        ("POST", "/v1/customer-sessions".into(), json!({ "customer_id": customer })),
        (
            "POST",
            "/v1/customer-sessions".into(),
            json!({ "customer_id": customer, "organization_id": organization }),
        ),
        ("POST", "/v1/oauth-clients".into(), client),
        (
            "POST",
            format!("/v1/organizations/{own_organization}/transfer"),
            json!({ "user_id": other.person.id }),
        ),
        ("DELETE", format!("/v1/organizations/{own_organization}/members/{}", other.person.id), Value::Null),
        list("/v1/customers"),
        list("/v1/oauth-clients"),
        list("/v1/organization-access-tokens"),
    ]
}

on_both_databases! {
    async fn what_is_others_is_not_there(engine: Engine) {
        let instance = Instance::start_with(engine, &[("rate_limits.enabled", "false")]).await;
        let own = Place::set(&instance, instance.person(), "Own").await;
        let other = Place::set(&instance, instance.person(), "Other").await;
        let before = fingerprint(&instance).await;
        for operation in operations(&instance).iter().filter(|operation| operation.path.contains('{')) {
            let path = other.filled(&operation.path);
            for token in &own.tokens {
                let answer = send(&instance, token, &operation.method, &path, &body(operation, &own)).await;
                // What is not there any more is deleted, whoever asks.
                let is_nothing = operation.method == "DELETE" && answer.status == 204;
                assert!(is_nothing || [403, 404].contains(&answer.status), "{}: {answer:?}", operation.name());
                assert!(!answer.text().contains("\"Other\""), "{}: {answer:?}", operation.name());
            }
            assert_eq!(fingerprint(&instance).await, before, "{}", operation.name());
        }
        for (method, path, body) in made_for_others(&own, &other) {
            for token in &own.tokens {
                let answer = send(&instance, token, method, &path, &body).await;
                let is_nothing = method == "DELETE" && answer.status == 204;
                assert!(is_nothing || [400, 403, 404].contains(&answer.status), "{method} {path}: {answer:?}");
            }
            assert_eq!(fingerprint(&instance).await, before, "{method} {path} {body}");
        }
        // The same paths are there for their owner: the ids were right.
        for path in ["/v1/organizations/{organization}", "/v1/customers/{id}", "/v1/personal-access-tokens/{id}",
            "/v1/organization-access-tokens/{id}", "/v1/oauth-clients/{client_id}"] {
            let _ = send(&instance, &other.tokens[0], "GET", &other.filled(path), &Value::Null).await.expect(200);
        }
    }
}
