//! W02 and W04: what must hold on every route.

use postern_tests::{
    Answer, Browser, Engine, Instance, OAuthClient, Registration, Request, on_both_databases,
};

/// Every page, with whether somebody has to be signed in to see it.
const PAGES: [(&str, bool); 13] = [
    ("/", true),
    ("/login", false),
    ("/register", false),
    ("/logout", true),
    ("/settings/profile", true),
    ("/settings/security", true),
    ("/settings/sessions", true),
    ("/settings/applications", true),
    ("/developer/clients", true),
    ("/developer/clients/new", true),
    ("/developer/clients/CLIENT", true),
    ("/developer/clients/CLIENT/edit", true),
    ("/developer/clients/CLIENT/delete", true),
];

/// Every route that changes something for somebody who is signed in, with a form that it would take.
const CHANGES: [(&str, &[(&str, &str)]); 10] = [
    ("/consent", &[("request", "REQUEST"), ("decision", "allow")]),
    ("/settings/profile", &[("name", "Changed"), ("username", "changed"), ("email", "changed@example.com")]),
    ("/settings/security", &[("current_password", "PASSWORD"), ("new_password", "changed pass phrase")]),
    ("/settings/sessions", &[("action", "revoke_others")]),
    ("/settings/applications", &[("client_id", "APP")]),
    (
        "/developer/clients/new",
        &[
            ("name", "Changed"),
            ("type", "confidential"),
            ("redirect_uris", "https://changed.example/cb"),
            ("homepage_url", "https://changed.example"),
            ("scope", "openid"),
            ("grant", "authorization_code"),
            ("id_token_signed_response_alg", "RS256"),
        ],
    ),
    (
        "/developer/clients/CLIENT/edit",
        &[
            ("name", "Changed"),
            ("redirect_uris", "https://changed.example/cb"),
            ("homepage_url", "https://c.example"),
        ],
    ),
    ("/developer/clients/CLIENT/secrets", &[("action", "rotate")]),
    ("/developer/clients/CLIENT/delete", &[("confirm", "NAME")]),
    ("/logout", &[]),
];

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

const MACHINES: [&str; 8] = [
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
    "/.well-known/jwks.json",
    "/v1/oauth2/authorize",
    "/v1/oauth2/token",
    "/v1/oauth2/userinfo",
    "/v1/oauth2/revoke",
    "/v1/oauth2/introspect",
];

/// What a sweep needs: somebody with a client of their own, an app they allowed, and a request to consent to.
struct Scene {
    browser: Browser,
    stranger: Browser,
    words: Vec<(&'static str, String)>,
}

impl Scene {
    async fn set(instance: &Instance) -> Self {
        let person = instance.person();
        let browser = instance.browser_of(&person).await;
        let other = instance.browser_of(&person).await;
        let app: OAuthClient = instance.client(&Registration::confidential());
        let _ = app.tokens(&browser).await;
        let own = Registration::confidential().name("Owned").with(&["--owner", &person.username]);
        let own = instance.client(&own);
        let asking = browser.open(&own.authorization().target()).await.expect(200);
        let request = asking.form("/consent").value("request").unwrap().to_owned();
        let stranger = instance.browser_of(&instance.person()).await;
        drop(other);
        let words = vec![
            ("PASSWORD", person.password),
            ("CLIENT", own.id),
            ("APP", app.id),
            ("NAME", "Owned".to_owned()),
            ("REQUEST", request),
        ];
        Self { browser, stranger, words }
    }

    fn say(&self, text: &str) -> String {
        self.words.iter().fold(text.to_owned(), |text, (word, value)| text.replace(word, value))
    }

    async fn form_token(browser: &Browser) -> String {
        browser
            .open("/settings/profile")
            .await
            .form("/settings/profile")
            .value("form_token")
            .unwrap()
            .to_owned()
    }
}

/// A number that changes when any row does that the sweep could change.
async fn fingerprint(instance: &Instance) -> Vec<i64> {
    let mut found = Vec::new();
    for sql in [
        "SELECT count(*) FROM users",
        "SELECT count(*) FROM users WHERE name = 'Changed' OR username = 'changed'",
        "SELECT coalesce(sum(password_changed_at), 0) FROM users",
        "SELECT count(*) FROM sessions",
        "SELECT count(*) FROM clients",
        "SELECT count(*) FROM clients WHERE name = 'Changed'",
        "SELECT count(*) FROM client_secrets",
        "SELECT count(*) FROM consents",
        "SELECT count(*) FROM tokens",
        "SELECT count(*) FROM tokens WHERE revoked_at IS NOT NULL",
        "SELECT count(*) FROM grants WHERE revoked_at IS NOT NULL",
    ] {
        found.push(instance.database().number(&format!("SELECT CAST(({sql}) AS BIGINT)")).await);
    }
    found
}

/// The wrong ways to send a form that is right otherwise.
fn forgeries(
    path: &str,
    pairs: &[(String, String)],
    token: &str,
    foreign: &str,
) -> Vec<(&'static str, Request)> {
    let with = |token: &str| {
        let token = ("form_token".to_owned(), token.to_owned());
        pairs.iter().cloned().chain([token]).collect::<Vec<_>>()
    };
    let post = || Request::post(path);
    let encoded = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(with(token)).finish();
    vec![
        ("no token", post().form(pairs.iter().cloned())),
        ("empty token", post().form(with(""))),
        ("another session's token", post().form(with(foreign))),
        ("a changed token", post().form(with(&token.chars().rev().collect::<String>()))),
        ("a foreign origin", post().form(with(token)).header("origin", "https://evil.example")),
        (
            "no origin but cross-site",
            post().form(with(token)).header("origin", "null").header("sec-fetch-site", "cross-site"),
        ),
        ("a same-site origin", post().form(with(token)).header("sec-fetch-site", "same-site")),
        ("text/plain", post().body("text/plain", encoded.clone())),
        ("JSON", post().body("application/json", format!("{{\"form_token\":\"{token}\"}}"))),
        ("no type", post().body("", encoded.clone())),
        ("GET", Request::get(path).query(with(token))),
        ("PUT", Request::new("PUT", path).form(with(token))),
        ("DELETE", Request::new("DELETE", path).form(with(token))),
        ("PATCH", Request::new("PATCH", path).form(with(token))),
    ]
}

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
    async fn forged_forms_change_nothing(engine: Engine) {
        let instance = Instance::start(engine).await;
        let scene = Scene::set(&instance).await;
        let token = Scene::form_token(&scene.browser).await;
        let foreign = Scene::form_token(&scene.stranger).await;
        let before = fingerprint(&instance).await;
        for (path, pairs) in CHANGES {
            let path = scene.say(path);
            let pairs: Vec<_> = pairs.iter().map(|(name, value)| ((*name).to_owned(), scene.say(value))).collect();
            for (how, request) in forgeries(&path, &pairs, &token, &foreign) {
                let answer = scene.browser.send(request).await;
                let is_page = how == "GET" && answer.status < 400;
                assert!(is_page || [400, 403, 404, 405, 415].contains(&answer.status), "{path} by {how}: {answer:?}");
                assert_eq!(fingerprint(&instance).await, before, "{path} by {how}");
            }
            let stranger = instance.browser();
            let answer = stranger.send(Request::post(&path).form(pairs.clone())).await;
            assert!([303, 403].contains(&answer.status), "{path} signed out: {answer:?}");
            assert_eq!(fingerprint(&instance).await, before, "{path} signed out");
        }
        // Sent rightly, each of them does something: the table is not about other paths.
        for (path, pairs) in CHANGES {
            let path = scene.say(path);
            let mut pairs: Vec<_> = pairs.iter().map(|(name, value)| ((*name).to_owned(), scene.say(value))).collect();
            pairs.push(("form_token".to_owned(), Scene::form_token(&scene.browser).await));
            let answer = scene.browser.send(Request::post(&path).form(pairs)).await;
            assert!(answer.status < 400 || (answer.status == 422), "{path}: {answer:?}");
        }
        assert_ne!(fingerprint(&instance).await, before);
    }

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
