//! T01 of the checks: every operation by every kind of token with one scope, as the document says.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use serde_json::Value;

use super::fixture::{Holder, World};
use crate::api::document;
use crate::rights::Right;

/// An operation as the document has it.
struct Documented {
    method: String,
    path: String,
    scope: Option<String>,
    subjects: Vec<String>,
    is_open: bool,
}

fn documented(world: &World) -> Vec<Documented> {
    let table = crate::routes::table();
    let document = document(&world.server.config, "Postern", table.operations());
    let document: Value = serde_json::from_str(&document).unwrap();
    let mut found = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let subjects = operation["x-subjects"].as_array().unwrap();
            found.push(Documented {
                method: method.to_uppercase(),
                path: filled(path),
                scope: operation["x-scope"].as_str().map(str::to_owned),
                subjects: subjects.iter().map(|subject| subject.as_str().unwrap().to_owned()).collect(),
                is_open: operation["security"] == serde_json::json!([{}]),
            });
        }
    }
    found
}

/// With an id that nothing has.
fn filled(path: &str) -> String {
    let part = |part: &str| match part.starts_with('{') {
        true => "01931b5c-6f2e-7c3a-9d6e-2f1f0a6b4c11".to_owned(),
        false => part.to_owned(),
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// Whether one scope does for another: itself, and writing for reading.
fn does(held: &str, needed: &str) -> bool {
    let is_right = ["users:manage", "users:impersonate"].contains(&needed);
    held == needed
        || (is_right && held == "instance:admin")
        || needed.strip_suffix(":read").is_some_and(|area| held == format!("{area}:write"))
}

#[tokio::test]
async fn each_operation_serves_exactly_whom_the_document_says() {
    let world = World::with(|config| config.rate_limits.enabled = false).await;
    let operations = documented(&world);
    assert!(operations.len() > 10);
    let mut scopes: BTreeSet<String> = operations.iter().filter_map(|one| one.scope.clone()).collect();
    scopes.extend(["openid".to_owned(), "users:manage".to_owned()]);
    for scope in &scopes {
        for holder in Holder::ALL {
            let token = format!("Bearer {}", world.token(holder, scope).await);
            for operation in &operations {
                let answer = world.call(&operation.method, &operation.path, Some(&token)).await;
                let code = answer.json_code();
                let what = format!("{} {} by {holder:?} with {scope}", operation.method, operation.path);
                let is_served = operation.subjects.iter().any(|subject| subject == holder.subject());
                let holds = operation.scope.as_deref().is_none_or(|needed| does(scope, needed));
                if operation.is_open || (is_served && holds) {
                    assert!(!["insufficient_scope", "insufficient_subject"].contains(&&*code), "{what}");
                    assert_ne!(answer.status, StatusCode::UNAUTHORIZED, "{what}");
                } else {
                    let expected = if is_served { "insufficient_scope" } else { "insufficient_subject" };
                    assert_eq!((answer.status, &*code), (StatusCode::FORBIDDEN, expected), "{what}");
                    let named = answer.json()["scope"].as_str().map(str::to_owned);
                    assert_eq!(named, operation.scope.clone().filter(|_| is_served), "{what}");
                }
            }
        }
    }
}

#[tokio::test]
async fn nothing_is_open_that_does_not_say_so() {
    let world = World::with(|config| config.rate_limits.enabled = false).await;
    for operation in documented(&world) {
        let answer = world.call(&operation.method, &operation.path, None).await;
        let what = format!("{} {}", operation.method, operation.path);
        assert_eq!(answer.status == StatusCode::UNAUTHORIZED, !operation.is_open, "{what}");
        assert_eq!(operation.subjects.is_empty(), operation.is_open, "{what}");
        // Who somebody is, is said without a scope: less to those who hold none.
        let says_who_it_is = what == "GET /v1/users/me";
        assert_eq!(operation.is_open || says_who_it_is, operation.scope.is_none(), "{what}");
    }
    for (_, path, right) in crate::routes::table().table() {
        // What has credentials of its own, or takes none on purpose.
        let is_protocol = path.starts_with("/v1/oauth2/") || path.starts_with("/v1/guard");
        assert_eq!(path.starts_with("/v1/") && !is_protocol, matches!(right, Right::Api(_)), "{path}");
    }
}

#[tokio::test]
async fn the_document_is_whole() {
    let world = World::new().await;
    let answer = world.call("GET", "/openapi.json", None).await;
    let document = answer.json();
    assert_eq!(document["openapi"], "3.1.0");
    let mut ids = BTreeSet::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for operation in operations.as_object().unwrap().values() {
            assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()), "{path}");
            assert_ne!(operation["summary"], "", "{path}");
        }
    }
    // Whatever is referred to is there.
    let text = &answer.body;
    let names = text.split("\"#/components/schemas/").skip(1).map(|rest| rest.split('"').next().unwrap());
    for name in names {
        assert!(document["components"]["schemas"].get(name).is_some(), "{name}");
    }
}
