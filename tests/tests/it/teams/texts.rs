//! W11: what people type stays text, on whatever page it is shown.

use postern_tests::{Engine, Instance, on_both_databases};
use serde_json::json;

use super::place::Place;
use crate::developer::{PAYLOADS, assert_inert};

on_both_databases! {
    async fn names_notes_and_customers(engine: Engine) {
        let instance = Instance::start_with(engine, &[("rate_limits.enabled", "false")]).await;
        for payload in PAYLOADS {
            let place = Place::set(&instance, instance.administrator(), payload).await;
            let mut shown = 0;
            for (path, page) in place.pages().await {
                assert_inert(&page.document(), &format!("{path} with {payload}"));
                shown += usize::from(page.document().text().contains(payload));
            }
            assert!(shown >= 10, "{payload} is on {shown} pages");
        }
    }

    async fn links_that_run_are_refused_by_the_api(engine: Engine) {
        let instance = Instance::start(engine).await;
        let place = Place::set(&instance, instance.person(), "Acme").await;
        let own = format!("/v1/oauth-clients/{}", place.id("client_id"));
        for link in [
            "javascript:alert(1)", "JavaScript:alert(1)", " javascript:alert(1)", "java\tscript:alert(1)", "data:text/html,x",
            "vbscript:x", "//evil.example", "ftp://example.com", "file:///etc/passwd", "https://a:b@example.com",
            "blob:https://example.com/x", "\u{0}https://example.com",
        ] {
            for field in ["homepage_url", "terms_url", "privacy_url", "redirect_uris", "post_logout_redirect_uris"] {
                let value = if field.ends_with("uris") { json!([link]) } else { json!(link) };
                let answer = place.call("PATCH", &own, json!({ field: value })).await;
                assert!([400, 422].contains(&answer.status), "{field}={link}: {answer:?}");
            }
        }
    }
}
