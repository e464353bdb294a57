//! T03, T06 and the path families: `/v1/guard` asked as a reverse proxy asks it.

use postern_tests::{Engine, Instance, Request};

use super::examples::{CLEAR, EXAMPLES, UNCLEAR};
use super::scene::{Scene, about, token};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn examples_do_what_they_say() {
    let scene = Scene::new(&[]).await;
    let mut limits: &[&str] = &[];
    let mut token = String::new();
    for example in EXAMPLES {
        if token.is_empty() || limits != example.limits {
            (limits, token) = (example.limits, scene.token(example.limits));
        }
        for bearer in [true, false] {
            let mut request = about(example.method, example.target);
            if !example.body.is_empty() {
                request = request.body("application/json", example.body);
            }
            let request = match bearer {
                true => request.bearer(&token),
                false => request.plain_basic(&scene.person.username, &token),
            };
            let answer = scene.instance.wire().send(request).await;
            let expected = if example.passes { 200 } else { 403 };
            assert_eq!(
                answer.status, expected,
                "{:?} {} {}: {answer:?}",
                limits, example.method, example.target
            );
            if !example.passes {
                assert_eq!(answer.json()["code"], "outside_limits");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn paths_have_one_meaning() {
    let scene = Scene::new(&[]).await;
    let (wire, token) = (scene.instance.wire(), scene.token(&[]));
    for target in UNCLEAR {
        let answer = wire.send(about("GET", target).bearer(&token)).await;
        assert_eq!(answer.status, 403, "{target}: {answer:?}");
    }
    let long = format!("/{}", "a".repeat(8_200));
    assert_eq!(wire.send(about("GET", &long).bearer(&token)).await.status, 403);
    let beyond_ascii = Request::get("/v1/guard")
        .header("x-forwarded-method", "GET")
        .header("x-forwarded-proto", "https")
        .header("x-forwarded-host", "api.example.com")
        .header("x-forwarded-uri", b"/\xff");
    assert_eq!(wire.send(beyond_ascii.bearer(&token)).await.status, 403);
    for target in CLEAR {
        assert_eq!(wire.send(about("GET", target).bearer(&token)).await.status, 200, "{target}");
    }
}

/// A question about something that the token may not have, and what tries to make it another one.
fn tricks() -> Vec<(&'static str, Request)> {
    let secret = || about("GET", "/secret");
    let without = |left_out: &str| {
        let all = [("method", "GET"), ("proto", "https"), ("host", "api.example.com"), ("uri", "/open/1")];
        let kept = all.iter().filter(|(name, _)| *name != left_out);
        kept.fold(Request::get("/v1/guard"), |request, (name, value)| {
            request.header(&format!("x-forwarded-{name}"), value)
        })
    };
    vec![
        ("nothing more", secret()),
        ("a second URI", secret().header("x-forwarded-uri", "/open/1")),
        ("the open one first", about("GET", "/open/1").header("x-forwarded-uri", "/secret")),
        ("a second method", about("POST", "/open/1").header("x-forwarded-method", "GET")),
        ("a second host", about("GET", "/open/1").header("x-forwarded-host", "api.example.com")),
        ("a second scheme", about("GET", "/open/1").header("x-forwarded-proto", "https")),
        ("underscores", secret().header("x_forwarded_uri", "/open/1")),
        ("the other family", secret().header("x-original-url", "https://api.example.com/open/1")),
        ("no method", without("method")),
        ("no scheme", without("proto")),
        ("no host", without("host")),
        ("no URI", without("uri")),
        ("a list of hosts", without("host").header("x-forwarded-host", "api.example.com, b.example")),
        ("a list of schemes", without("proto").header("x-forwarded-proto", "https,http")),
        ("a list of URIs", without("uri").header("x-forwarded-uri", "/open/1, /secret")),
        ("a list of methods", without("method").header("x-forwarded-method", "GET, POST")),
        ("a tunnel", without("method").header("x-forwarded-method", "CONNECT")),
        ("an override", about("POST", "/open/1").header("x-http-method-override", "GET")),
        ("RFC 7239", secret().header("forwarded", "proto=https;host=api.example.com")),
        ("a hop", secret().header("connection", "x-forwarded-uri").header("x-rewrite-url", "/open/1")),
        ("the guard's own path", Request::get("/v1/guard/open/1").header("x-forwarded-uri", "/secret")),
        ("an odd agent", secret().header("user-agent", "nginx auth_request /open/1")),
        ("another host", without("host").header("x-forwarded-host", "api.example.com.evil.example")),
        ("another port", without("host").header("x-forwarded-host", "api.example.com:8443")),
        ("a name in front", without("host").header("x-forwarded-host", "api.example.com@evil.example")),
    ]
}

/// A question about what the token may have, asked by this method at this path.
fn asked_at(method: &str, path: &str) -> Request {
    Request::new(method, path)
        .header("x-forwarded-method", "GET")
        .header("x-forwarded-proto", "https")
        .header("x-forwarded-host", "api.example.com")
        .header("x-forwarded-uri", "/open/1")
}

const OPEN: &str = r"[get]https://api\.example\.com/open/.*";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_proxy_says_one_thing() {
    let scene = Scene::new(&[]).await;
    let (wire, token) = (scene.instance.wire(), scene.token(&[OPEN]));
    for (what, request) in tricks() {
        let answer = wire.send(request.bearer(&token)).await;
        assert_eq!(answer.status, 403, "{what}: {answer:?}");
    }
    for path in ["/v1/guard", "/v1/guard/", "/v1/guard/a//b/../c", "/v1/guard?x=1"] {
        for method in ["GET", "POST", "DELETE", "PROPFIND"] {
            let request = asked_at(method, path);
            assert_eq!(wire.send(request.bearer(&token)).await.status, 200, "{method} {path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_other_family_where_it_is_configured() {
    let scene = Scene::new(&[("guard.headers", "x-original")]).await;
    let (wire, token) = (scene.instance.wire(), scene.token(&[OPEN]));
    let ask = |url: &str| {
        let request = Request::get("/v1/guard").header("x-original-method", "GET");
        request.header("x-original-url", url).bearer(&token)
    };
    assert_eq!(wire.send(ask("https://api.example.com/open/1")).await.status, 200);
    let secret = ask("https://api.example.com/secret").header("x-forwarded-uri", "/open/1");
    assert_eq!(wire.send(secret).await.status, 403);
    let doubled =
        ask("https://api.example.com/open/1").header("x-original-url", "https://api.example.com/secret");
    assert_eq!(wire.send(doubled).await.status, 403);
    assert_eq!(wire.send(about("GET", "/open/1").bearer(&token)).await.status, 403);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_believed_who_is_not_trusted() {
    for trusted in [&[][..], &[("trusted_proxies", "10.0.0.0/8")]] {
        let instance = Instance::start_with(Engine::Sqlite, trusted).await;
        let person = instance.person();
        let all = token(&instance, &["--user", &person.username]);
        let claims = [about("GET", "/open/1"), about("GET", "/open/1").header("x-forwarded-for", "10.0.0.1")];
        for request in claims.into_iter().chain(tricks().into_iter().map(|(_, request)| request)) {
            let answer = instance.wire().send(request.bearer(&all)).await;
            assert_eq!(answer.status, 403, "{trusted:?}: {answer:?}");
            assert_eq!(answer.header("x-auth-subject"), "", "{trusted:?}");
        }
        let nothing = instance.wire().send(about("GET", "/open/1")).await;
        assert_eq!(nothing.status, 401);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn routes_take_scopes() {
    let routes = r#"
        [[guard.routes]]
        pattern = 'https://api\.example\.com/mail/.*'
        methods = ["get"]
        scopes = ["email"]

        [[guard.routes]]
        pattern = 'https://api\.example\.com/open/.*'
    "#;
    let scene = Scene::with_file(routes).await;
    let plain = scene.token(&[]);
    let with_scope = token(&scene.instance, &["--user", &scene.person.username, "--scope", "email"]);
    for (token, method, target, expected) in [
        (&plain, "GET", "/open/1", (200, "")),
        (&plain, "GET", "/mail/1", (403, "insufficient_scope")),
        (&with_scope, "GET", "/mail/1", (200, "")),
        (&with_scope, "POST", "/mail/1", (403, "forbidden")),
        (&with_scope, "GET", "/else", (403, "forbidden")),
    ] {
        let answer = scene.instance.wire().send(about(method, target).bearer(token)).await;
        let code = if answer.body.is_empty() {
            String::new()
        } else {
            answer.json()["code"].as_str().unwrap().into()
        };
        assert_eq!((answer.status, code.as_str()), expected, "{method} {target}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn too_many_calls_are_refused_only_where_they_are_counted() {
    for (counted, expected) in [("false", 200), ("true", 429)] {
        let settings = [("guard.rate_limits", counted), ("rate_limits.default", "3/min")];
        let scene = Scene::new(&settings).await;
        let token = scene.token(&[]);
        let mut last = 0;
        for _ in 0..8 {
            last = scene.instance.wire().send(about("GET", "/").bearer(&token)).await.status;
        }
        assert_eq!(last, expected, "guard.rate_limits = {counted}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn patterns_that_could_be_slow_are_refused_when_they_are_written() {
    let scene = Scene::new(&[]).await;
    let long = format!(".*{}", "a".repeat(10_000));
    for pattern in [
        "((a{0,99}){0,99}){0,99}",
        "(.*a){200}",
        "(?=a).*",
        "(?<!a).*",
        r"(a)\1",
        "(",
        "[a-",
        "a{99999}",
        long.as_str(),
        "[gett].*",
        "[get]",
        "[JsonData::a==1]",
        ".*[QueryParam::==1]",
        ".*[JsonData::a=1]",
        ".*[queryparam::a==1]",
    ] {
        let name = postern_tests::unique("token");
        let owner = ["--user", scene.person.username.as_str()];
        let made = scene
            .instance
            .cli(&[&["token", "create", "--name", &name, "--limit", pattern], &owner[..]].concat());
        assert_ne!(made.code, 0, "{pattern} was taken");
        assert!(!made.stderr.contains("panicked"), "{pattern}: {}", made.stderr);
    }
    // What is written is the whole value, and a dot no line break.
    let token = scene.token(&["https://api.example.com/a"]);
    for (target, expected) in [("/a", 200), ("/a/", 403), ("/ab", 403), ("/x/https://api.example.com/a", 403)]
    {
        assert_eq!(
            scene.instance.wire().send(about("GET", target).bearer(&token)).await.status,
            expected,
            "{target}"
        );
    }
}
