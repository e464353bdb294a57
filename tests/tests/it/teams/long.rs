//! T11: every parameter of every operation and every field of every form, far too long or with a byte that PostgreSQL
//! cannot keep.

use std::collections::BTreeSet;

use postern_tests::{Browser, Engine, Form, Instance, Request, on_both_databases};
use serde_json::{Value, json};

use super::operations::{Operation, operations};
use super::place::Place;
use crate::scene::fingerprint;

/// What is in queries of the dashboard's pages.
const IN_QUERIES: [&str; 10] =
    ["q", "cursor", "state", "kind", "limit", "done", "invitation", "email", "slug", "draft"];
/// From this size on a body may be cut off, so that its answer may not get through.
const CUT_OFF: usize = 60_000;

/// What a text may not be: its size in words, and it.
fn texts() -> Vec<(&'static str, String)> {
    let long = |bytes| "a".repeat(bytes);
    vec![
        ("4 kB", long(4 * 1024)),
        ("20 kB", long(20_000)),
        ("64 kB", long(64 * 1024)),
        ("1 MB", long(1024 * 1024)),
        ("NUL", "a\0b".to_owned()),
    ]
}

/// A body that is right otherwise, as far as one is needed.
fn right(operation: &Operation) -> Value {
    let ends = |end: &str| operation.path.ends_with(end);
    match operation.method.as_str() {
        "POST" if ends("-access-tokens") => json!({ "name": "x", "scopes": ["members:read"] }),
        "POST" if ends("/v1/customers") => json!({ "email": "x@example.com" }),
        "POST" if ends("/v1/organizations") => json!({ "name": "x" }),
        "POST" if ends("/invitations") => json!({ "email": "x@example.com", "role": "member" }),
        "POST" if ends("/oauth-clients") => json!({ "name": "x", "type": "public", "scopes": ["openid"],
            "redirect_uris": ["https://app.example/cb"], "homepage_url": "https://app.example" }),
        _ => json!({}),
    }
}

async fn refused(instance: &Instance, request: Request, size: usize, what: &str) {
    match instance.wire().try_send(request).await {
        Ok(answer) => assert!((400..500).contains(&answer.status), "{what}: {answer:?}"),
        Err(error) => assert!(size > CUT_OFF, "{what}: {error:?}"),
    }
}

async fn bodies(instance: &Instance, place: &Place<'_>, operation: &Operation) {
    for member in &operation.in_body {
        let mut values: Vec<(String, Value)> = Vec::new();
        for (size, text) in texts() {
            // The larger ones are refused before anything is read of them, whatever their shape.
            if text.len() > CUT_OFF {
                values.push((size.to_owned(), json!(text)));
                continue;
            }
            let mut named = serde_json::Map::new();
            named.insert(text.clone(), json!("x"));
            values.push((size.to_owned(), json!(text)));
            values.push((format!("a list of {size}"), json!([text])));
            values.push((format!("a name of {size}"), Value::Object(named)));
        }
        values.push(("10k items".to_owned(), json!(vec!["a"; 10_000])));
        for (what, value) in values {
            let mut body = right(operation);
            body[member] = value;
            let body = body.to_string();
            let request =
                Request::new(&operation.method, place.filled(&operation.path)).bearer(&place.tokens[0]);
            let size = body.len();
            let what = format!("{} {member}: {what}", operation.name());
            refused(instance, request.body("application/json", body), size, &what).await;
        }
    }
}

async fn targets(instance: &Instance, place: &Place<'_>, operation: &Operation) {
    let wire = instance.wire();
    let send = |request: Request| wire.send(request.bearer(&place.tokens[0]));
    for (size, text) in texts().into_iter().filter(|(_, text)| text.len() < CUT_OFF) {
        for name in &operation.in_query {
            let request = Request::new(&operation.method, place.filled(&operation.path));
            let answer = send(request.query([(name, &text)])).await;
            let what = format!("{} {name} of {size}", operation.name());
            // A search for what cannot be there finds nothing.
            let finds_nothing = answer.status == 200 && answer.json()["items"] == json!([]);
            assert!(finds_nothing || (400..500).contains(&answer.status), "{what}: {answer:?}");
        }
        let encoded: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
        for name in operation.path.split('/').filter(|part| part.starts_with('{')) {
            let path = place.filled(&operation.path.replace(name, &encoded));
            let answer = send(Request::new(&operation.method, path)).await;
            let is_nothing = operation.method == "DELETE" && answer.status == 204;
            assert!(
                is_nothing || (400..500).contains(&answer.status),
                "{} {size}: {answer:?}",
                operation.name()
            );
        }
    }
}

on_both_databases! {
    async fn operations_refuse_what_is_too_long(engine: Engine) {
        let instance = Instance::start_with(engine, &[("rate_limits.enabled", "false")]).await;
        let place = Place::set(&instance, instance.person(), "Acme").await;
        let before = fingerprint(&instance).await;
        for operation in &operations(&instance) {
            bodies(&instance, &place, operation).await;
            targets(&instance, &place, operation).await;
            assert_eq!(fingerprint(&instance).await, before, "{}", operation.name());
        }
    }

    async fn pages_refuse_what_is_too_long(engine: Engine) {
        let instance = Instance::start_with(engine, &[("rate_limits.enabled", "false")]).await;
        let place = Place::set(&instance, instance.administrator(), "Acme").await;
        let before = fingerprint(&instance).await;
        let mut seen = BTreeSet::new();
        for (path, page) in place.pages().await {
            for (size, text) in texts().into_iter().filter(|(_, text)| text.len() < CUT_OFF) {
                for name in IN_QUERIES {
                    let answer = place.browser.send(Request::get(page.url.path()).query([(name, &text)])).await;
                    assert!(answer.status < 500, "{path} {name} of {size}: {answer:?}");
                }
            }
            for form in Form::all(&page.document()).into_iter().filter(|form| form.is_post && !form.is_multipart) {
                for name in form.names() {
                    if !seen.insert((form.action.clone(), name.clone())) {
                        continue;
                    }
                    for (size, text) in texts() {
                        let request = Browser::request(&page, &form.clone().forge(&name, &text));
                        let request = place.browser.dressed(request);
                        refused(&instance, request, text.len(), &format!("{path} {name} of {size}")).await;
                    }
                }
            }
            assert_eq!(fingerprint(&instance).await, before, "{path}");
        }
    }
}
