//! T08: what is taken back is seen by the guard at once, and on another node and by `postern guard` within a second.

use std::time::{Duration, Instant};

use postern_tests::{Engine, Instance, Request};

use super::scene::{about, guard, send, token};
use super::upstream::upstream;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_taken_back_is_taken_back_everywhere() {
    if !Engine::Postgres.is_wanted() {
        return;
    }
    let a = Instance::start_with(Engine::Postgres, &[("trusted_proxies", "127.0.0.0/8")]).await;
    let b = a.another_node().await;
    let (_program, proxy) = guard(&a, upstream().await);
    let chief = a.administrator();
    let manage = token(&a, &["--user", &chief.username, "--scope", "instance:admin"]);
    let narrow = r#"{"limits":["[post].*"]}"#;
    for (what, method, path, body, status) in [
        ("revoked", "DELETE", "/v1/admin/tokens/TOKEN", "", 401),
        ("narrowed", "PATCH", "/v1/personal-access-tokens/TOKEN", narrow, 403),
        ("disabled", "PATCH", "/v1/admin/users/USER", r#"{"state":"disabled"}"#, 401),
    ] {
        let person = a.person();
        let own = token(&a, &["--user", &person.username, "--scope", "tokens:write"]);
        let taken = token(&a, &["--user", &person.username, "--limit", "[get].*"]);
        let head = format!("GET / HTTP/1.1\r\nhost: HOST\r\nauthorization: Bearer {taken}");
        let (on_a, on_b) = (a.wire(), b.wire());
        let asked = || about("GET", "/").bearer(&taken);
        let first = on_a.send(asked()).await.expect(200);
        let (path, id) = (path.replace("USER", &person.id), first.header("x-auth-token-id").to_owned());
        assert_eq!((on_b.send(asked()).await.status, send(proxy, &head, b"").0), (200, 200), "{what}");
        let by = if path.starts_with("/v1/admin/") { &manage } else { &own };
        let request = Request::new(method, path.replace("TOKEN", &id)).bearer(by);
        let request = if body.is_empty() { request } else { request.body("application/json", body) };
        let changed = on_a.send(request).await;
        assert!((200..300).contains(&changed.status), "{what}: {changed:?}");
        let since = Instant::now();
        assert_eq!(on_a.send(asked()).await.status, status, "{what}: at once where it was done");
        loop {
            let elsewhere = (on_b.send(asked()).await.status, send(proxy, &head, b"").0);
            if elsewhere == (status, status) {
                break;
            }
            assert!(since.elapsed() < Duration::from_secs(1), "{what}: {elsewhere:?} after a second");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
