use std::time::Duration;

use postern_tests::{Engine, Instance, Registration, Request, free_port, on_both_databases};

/// Reads a page at an address that is not the server's own.
async fn read(port: u16, path: &str) -> (u16, String) {
    let answer = reqwest::get(format!("http://127.0.0.1:{port}{path}")).await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

on_both_databases! {
    async fn a_server_says_that_it_lives_and_can_work(instance: &Instance) {
        for path in ["/healthz", "/readyz"] {
            for _ in 0..3 {
                let answer = instance.browser().send(Request::get(path)).await.expect(200);
                assert!(answer.header("content-type").starts_with("text/plain"), "{answer:?}");
                assert_eq!(answer.header("cache-control"), "no-store");
                assert!(!answer.headers.contains_key("set-cookie"), "{answer:?}");
            }
        }
        let closed = instance.browser().send(Request::get("/metrics")).await;
        assert_eq!(closed.status, 404, "{closed:?}");
    }

    /// A load balancer hears of it while everything is still served.
    async fn a_server_that_ends_says_so_first(engine: Engine) {
        let instance = Instance::start_with(engine, &[("shutdown.notice", "2s")]).await;
        let wire = instance.wire();
        let told = async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            let ready = wire.send(Request::get("/readyz")).await;
            assert_eq!((ready.status, ready.text().as_str()), (503, "the server is about to end\n"));
            let other = wire.send(Request::get("/.well-known/jwks.json")).await;
            assert_eq!((other.status, other.header("connection")), (200, "close"), "{other:?}");
            assert_eq!(wire.send(Request::get("/healthz")).await.status, 200);
        };
        let (status, ()) = tokio::join!(instance.stop(Duration::from_secs(15)), told);
        assert!(status.expect("an end").success(), "{}", instance.log());
    }

    async fn figures_are_read_at_an_address_of_their_own(engine: Engine) {
        let port = free_port();
        let listen = format!("127.0.0.1:{port}");
        let instance = Instance::start_with(engine, &[("metrics.listen", &listen)]).await;
        let client = instance.client(&Registration::confidential().with(&["--trusted"]));
        let browser = instance.browser_of(&instance.person()).await;
        let tokens = client.tokens(&browser).await;
        assert!(client.is_active(&tokens.access).await);
        let _ = client.refresh(&tokens.refresh).await.expect(200);
        let (status, figures) = read(port, "/metrics").await;
        assert_eq!(status, 200);
        for line in [
            "postern_token_answers_total{grant=\"authorization_code\"} 1",
            "postern_token_answers_total{grant=\"refresh_token\"} 1",
            "postern_introspections_total{active=\"true\"} 1",
            "postern_http_requests_total{route=\"/v1/oauth2/token\",status=\"2xx\"} 2",
            "# TYPE postern_commit_duration_seconds histogram",
        ] {
            assert!(figures.lines().any(|found| found == line), "{line} is not in\n{figures}");
        }
        for secret in [&tokens.access, &tokens.refresh, &client.id] {
            assert!(!figures.contains(secret.as_str()), "{figures}");
        }
        assert_eq!(read(port, "/readyz").await, (200, "ready\n".to_owned()));
        assert_eq!(read(port, "/login").await.0, 404);
        assert_eq!(instance.wire().send(Request::get("/metrics")).await.status, 404);
    }
}
