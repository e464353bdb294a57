//! W04: what every answer carries.

use postern_tests::{Answer, Engine, Instance, Request, on_both_databases};

use crate::scene::{MACHINES, PAGES, Scene};

const ORIGINS: [&str; 12] = [
    "https://evil.example",
    "http://evil.example",
    "null",
    "",
    "https://PUBLIC.evil.example",
    "https://evilPUBLIC",
    "http://PUBLIC:1",
    "https://PUBLIC",
    "file://",
    "chrome-extension://abcdefgh",
    "https://app.example",
    "*",
];

/// Endpoints that pages of any origin may call, without credentials.
const OPEN_TO_ORIGINS: [&str; 7] = [
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
    "/.well-known/jwks.json",
    "/v1/oauth2/token",
    "/v1/oauth2/userinfo",
    "/v1/oauth2/revoke",
    "/assets/app.css",
];

fn assert_page_headers(answer: &Answer, is_https: bool) {
    let csp = answer.header("content-security-policy");
    assert!(csp.contains("frame-ancestors 'none'"), "{answer:?}");
    assert!(csp.contains("default-src 'none'") || csp.contains("default-src 'self'"), "{answer:?}");
    assert!(
        !csp.contains("unsafe-inline") && !csp.contains("unsafe-eval") && !csp.contains('*'),
        "{answer:?}"
    );
    assert_eq!(answer.header("x-content-type-options"), "nosniff", "{answer:?}");
    assert!(answer.headers.contains_key("x-request-id"), "{answer:?}");
    if answer.header("content-type").starts_with("text/html") {
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{answer:?}");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin", "{answer:?}");
        assert!(answer.header("cache-control").contains("no-store"), "{answer:?}");
        assert!(csp.contains("form-action"), "{answer:?}");
    }
    assert_eq!(answer.headers.contains_key("strict-transport-security"), is_https, "{answer:?}");
    for cookie in answer.headers.get_all("set-cookie") {
        let cookie = cookie.to_str().unwrap();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
        assert!(cookie.contains("Path=/") && !cookie.contains("Domain"), "{cookie}");
        assert_eq!(cookie.starts_with("__Host-") && cookie.contains("Secure"), is_https, "{cookie}");
    }
}

on_both_databases! {
    async fn every_page_has_its_headers(engine: Engine) {
        for public in ["https://id.example.test", "http://id.example.test:8080"] {
            let settings = [("public_url", public), ("registration.open", "true")];
            let instance = Instance::start_with(engine, &settings).await;
            let scene = Scene::set(&instance).await;
            let is_https = public.starts_with("https");
            for (path, needs_person) in PAGES {
                let path = scene.say(path);
                let page = scene.browser.send(Request::get(&path)).await;
                assert!(page.status == 200 || !needs_person, "{path}: {page:?}");
                assert_page_headers(&page, is_https);
                let page = instance.browser().send(Request::get(&path)).await;
                assert_eq!(page.status, if needs_person { 303 } else { 200 }, "{path}: {page:?}");
                assert_page_headers(&page, is_https);
            }
            for (path, status) in [
                ("/nowhere", 404),
                ("/settings/nowhere", 404),
                ("/developer/clients/nobody", 404),
                ("/v1/oauth2/authorize", 400),
                ("/v1/oauth2/authorize?client_id=x", 400),
                ("/v1/oauth2/nowhere", 404),
                ("/assets/nowhere.css", 404),
                ("/%00", 404),
                ("/login?%ff", 200),
            ] {
                let answer = scene.browser.send(Request::get(path)).await;
                assert!(answer.status == status || answer.status == 400, "{path}: {answer:?}");
                assert_page_headers(&answer, is_https);
            }
            for path in MACHINES {
                for method in ["GET", "POST", "OPTIONS", "PUT", "DELETE", "TRACE"] {
                    let answer = scene.browser.send(Request::new(method, path)).await;
                    assert_page_headers(&answer, is_https);
                    if path != "/v1/oauth2/authorize" {
                        assert!(!answer.headers.contains_key("set-cookie"), "{method} {path}: {answer:?}");
                    }
                }
            }
        }
    }

    async fn pages_of_other_origins_read_the_protocol_only(instance: &Instance) {
        let scene = Scene::set(instance).await;
        let host = instance.public_url().host_str().unwrap().to_owned();
        let paths = PAGES.iter().map(|(path, _)| *path).chain(MACHINES).chain(["/nowhere", "/assets/app.css"]);
        for path in paths {
            for origin in ORIGINS {
                let origin = origin.replace("PUBLIC", &host);
                let preflight = Request::new("OPTIONS", scene.say(path))
                    .header("origin", &origin)
                    .header("access-control-request-method", "POST")
                    .header("access-control-request-headers", "authorization,content-type");
                let plain = Request::get(scene.say(path)).header("origin", &origin);
                let post = Request::post(scene.say(path)).header("origin", &origin);
                for request in [preflight, plain, post] {
                    let answer = scene.browser.send(request.header("sec-fetch-site", "cross-site")).await;
                    let allowed = answer.header("access-control-allow-origin");
                    assert!(!answer.headers.contains_key("access-control-allow-credentials"), "{path}: {answer:?}");
                    assert!(allowed.is_empty() || allowed == "*", "{path} for {origin}: {answer:?}");
                    assert!(allowed.is_empty() || OPEN_TO_ORIGINS.contains(&path), "{path} for {origin}: {answer:?}");
                }
            }
        }
        for path in OPEN_TO_ORIGINS.iter().filter(|path| !path.starts_with("/assets")) {
            let request = Request::get(*path).header("origin", "https://app.example");
            let answer = scene.browser.send(request.header("sec-fetch-site", "cross-site")).await;
            assert_eq!(answer.header("access-control-allow-origin"), "*", "{path}: {answer:?}");
        }
        for path in ["/v1/oauth2/token", "/v1/oauth2/userinfo", "/v1/oauth2/revoke"] {
            let preflight = Request::new("OPTIONS", path)
                .header("origin", "https://app.example")
                .header("access-control-request-method", "POST")
                .header("access-control-request-headers", "authorization,content-type");
            let answer = scene.browser.wire().send(preflight).await;
            assert!(answer.status < 300, "{path}: {answer:?}");
            let headers = answer.header("access-control-allow-headers").to_lowercase();
            assert!(headers.contains("authorization") || headers.contains("content-type"), "{path}: {answer:?}");
        }
    }
}
