//! W04: what every answer carries.

use postern_tests::{Answer, Engine, Instance, Request, on_both_databases};

use crate::pages::{pages, status};
use crate::scene::MACHINES;
use crate::teams::Place;

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
const OPEN_TO_ORIGINS: [&str; 8] = [
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
    "/.well-known/oauth-protected-resource",
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
        // What the frame of check_session_iframe reads on pages of apps, and nothing can be done with.
        let is_state = cookie.starts_with("__Host-postern_state=") || cookie.starts_with("postern_state=");
        assert!(is_state || cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
        assert!(cookie.contains("Path=/") && !cookie.contains("Domain"), "{cookie}");
        assert_eq!(cookie.starts_with("__Host-") && cookie.contains("Secure"), is_https, "{cookie}");
    }
}

on_both_databases! {
    async fn every_page_has_its_headers(engine: Engine) {
        for public in ["https://id.example.test", "http://id.example.test:8080"] {
            let settings = [("public_url", public), ("registration.open", "true")];
            let instance = Instance::start_with(engine, &settings).await;
            let place = Place::set(&instance, instance.administrator(), "Acme").await;
            let is_https = public.starts_with("https");
            let mut wrong = Vec::new();
            for page in pages(&place) {
                let own = place.browser.send(Request::get(&page.target)).await;
                if own.status != status(&page.name) {
                    wrong.push(format!("{}: {own:?}", page.name));
                }
                assert_page_headers(&own, is_https);
                let strangers = instance.browser().send(Request::get(&page.target)).await;
                assert!(!page.needs_person || strangers.status == 303, "{}: {strangers:?}", page.name);
                assert_page_headers(&strangers, is_https);
            }
            assert!(wrong.is_empty(), "{}", wrong.join("\n"));
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
                let answer = place.browser.send(Request::get(path)).await;
                assert!(answer.status == status || answer.status == 400, "{path}: {answer:?}");
                assert_page_headers(&answer, is_https);
            }
            for path in MACHINES {
                for method in ["GET", "POST", "OPTIONS", "PUT", "DELETE", "TRACE"] {
                    let answer = place.browser.send(Request::new(method, path)).await;
                    assert_page_headers(&answer, is_https);
                    if path != "/v1/oauth2/authorize" {
                        assert!(!answer.headers.contains_key("set-cookie"), "{method} {path}: {answer:?}");
                    }
                }
            }
        }
    }

    async fn pages_of_other_origins_read_the_protocol_only(instance: &Instance) {
        let place = Place::set(instance, instance.administrator(), "Acme").await;
        let host = instance.public_url().host_str().unwrap().to_owned();
        let pages = pages(&place).into_iter().map(|page| page.target);
        let others = MACHINES.into_iter().chain(["/nowhere", "/assets/app.css"]).map(str::to_owned);
        for path in pages.chain(others) {
            for origin in ORIGINS {
                let origin = origin.replace("PUBLIC", &host);
                let preflight = Request::new("OPTIONS", &path)
                    .header("origin", &origin)
                    .header("access-control-request-method", "POST")
                    .header("access-control-request-headers", "authorization,content-type");
                let plain = Request::get(&path).header("origin", &origin);
                let post = Request::post(&path).header("origin", &origin);
                for request in [preflight, plain, post] {
                    let answer = place.browser.send(request.header("sec-fetch-site", "cross-site")).await;
                    let allowed = answer.header("access-control-allow-origin");
                    assert!(!answer.headers.contains_key("access-control-allow-credentials"), "{path}: {answer:?}");
                    assert!(allowed.is_empty() || allowed == "*", "{path} for {origin}: {answer:?}");
                    assert!(allowed.is_empty() || OPEN_TO_ORIGINS.contains(&path.as_str()), "{path} for {origin}: {answer:?}");
                }
            }
        }
        for path in OPEN_TO_ORIGINS.iter().filter(|path| !path.starts_with("/assets")) {
            let request = Request::get(*path).header("origin", "https://app.example");
            let answer = place.browser.send(request.header("sec-fetch-site", "cross-site")).await;
            assert_eq!(answer.header("access-control-allow-origin"), "*", "{path}: {answer:?}");
        }
        for path in ["/v1/oauth2/token", "/v1/oauth2/userinfo", "/v1/oauth2/revoke"] {
            let preflight = Request::new("OPTIONS", path)
                .header("origin", "https://app.example")
                .header("access-control-request-method", "POST")
                .header("access-control-request-headers", "authorization,content-type");
            let answer = place.browser.wire().send(preflight).await;
            assert!(answer.status < 300, "{path}: {answer:?}");
            let headers = answer.header("access-control-allow-headers").to_lowercase();
            assert!(headers.contains("authorization") || headers.contains("content-type"), "{path}: {answer:?}");
        }
    }
}
