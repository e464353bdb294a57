//! A server without sockets, and a browser that keeps its cookies.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Request, StatusCode, header};
use http_body_util::BodyExt;
use postern_domain::{Lifetime, Plain, Timestamp};
use postern_flows::users::{self, NewUser, Standing};
use postern_flows::{App, Clock, Config, SecretKey, SystemRng};
use postern_storage::Db;
use tower::ServiceExt;

/// A password that is good enough.
pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// A PNG of one pixel, in base64.
pub(crate) const PIXEL: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
/// The form of a new client.
pub(crate) const CLIENT: [(&str, &str); 6] = [
    ("name", "Notes"),
    ("type", "confidential"),
    ("redirect_uris", "https://notes.example/cb"),
    ("homepage_url", "https://notes.example"),
    ("scope", "openid"),
    ("grant", "authorization_code"),
];

/// A server with a scratch database and a clock that stands still.
pub(crate) struct TestServer {
    pub(crate) app: Arc<App>,
    router: Router,
    clock: Arc<FixedClock>,
    _folder: tempfile::TempDir,
}

impl Deref for TestServer {
    type Target = App;

    fn deref(&self) -> &App {
        &self.app
    }
}

struct FixedClock(AtomicI64);

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

impl TestServer {
    /// A server at this public URL, with an account `ada` that has [`PASSWORD`].
    pub(crate) async fn at(public_url: &str) -> Self {
        Self::with(|config| config.public_url = public_url.parse().unwrap()).await
    }

    /// The same with other settings.
    pub(crate) async fn with(change: impl FnOnce(&mut Config)) -> Self {
        Self::with_standing(change, Standing::default()).await
    }

    /// The same where `ada` is more than others.
    pub(crate) async fn with_standing(change: impl FnOnce(&mut Config), standing: Standing) -> Self {
        let mut config = Config::default();
        change(&mut config);
        config.registration.open = true;
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/postern.db", folder.path().display());
        Db::migrate(&url).await.unwrap();
        let db = Db::connect(&url).await.unwrap();
        db.watch_epochs().await.unwrap();
        let clock = Arc::new(FixedClock(AtomicI64::new(1_800_000_000)));
        let key = SecretKey::new(&[7; 32]).unwrap();
        let app = Arc::new(App::new(db, config, key, Arc::clone(&clock) as _, Arc::new(SystemRng)));
        let ada = NewUser {
            username: "ada".into(),
            email: "ada@example.com".into(),
            name: "Ada Lovelace".into(),
            password: Some(Plain::new(PASSWORD.into())),
        };
        users::create(&app, &ada, standing).await.unwrap();
        Self { router: crate::router(Arc::clone(&app)), app, clock, _folder: folder }
    }

    /// Lets time go by.
    pub(crate) fn advance(&self, span: Lifetime) {
        self.clock.0.fetch_add(span.as_seconds(), Ordering::SeqCst);
    }

    /// Sends a request as it is.
    pub(crate) async fn send(&self, mut request: Request<Body>) -> Answer {
        request.headers_mut().insert(header::HOST, HeaderValue::from_static("localhost:8080"));
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let body = String::from_utf8_lossy(&body).into_owned();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// A browser without cookies.
    pub(crate) fn browser(&self) -> TestBrowser<'_> {
        TestBrowser { server: self, cookies: BTreeMap::new(), agent: "Firefox" }
    }
}

/// An answer, read to its end.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    /// Where it sends the browser.
    pub(crate) fn location(&self) -> &str {
        self.headers.get(header::LOCATION).map_or("", |location| location.to_str().unwrap())
    }

    /// One header as text; empty if it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The `code` of a problem; empty if it is none.
    pub(crate) fn json_code(&self) -> String {
        let body = serde_json::from_str::<serde_json::Value>(&self.body).unwrap_or_default();
        body["code"].as_str().unwrap_or_default().to_owned()
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// The `Set-Cookie` lines.
    pub(crate) fn cookies(&self) -> Vec<&str> {
        self.headers.get_all(header::SET_COOKIE).iter().map(|line| line.to_str().unwrap()).collect()
    }

    /// The form token of the first form on the page.
    pub(crate) fn form_token(&self) -> String {
        let (_, rest) = self.body.split_once("name=\"form_token\" value=\"").expect("a page with a form");
        rest.split('"').next().unwrap().to_owned()
    }
}

/// A browser.
#[derive(Clone)]
pub(crate) struct TestBrowser<'a> {
    server: &'a TestServer,
    pub(crate) cookies: BTreeMap<String, String>,
    pub(crate) agent: &'static str,
}

impl TestBrowser<'_> {
    /// The cookie of the session, whatever it is called.
    pub(crate) fn session(&self) -> Option<&str> {
        let found = self.cookies.iter().find(|(name, _)| name.ends_with("postern_session"));
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// Opens `page` and sends the form on it to its path.
    pub(crate) async fn submit(&mut self, page: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.get(page).await.form_token();
        let path = page.split('?').next().unwrap();
        self.post(path, fields, &token).await
    }

    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)], token: &str) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .append_pair("form_token", token)
            .finish();
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    /// Sends a form with files in it: the part `logo` is one.
    pub(crate) async fn upload(&mut self, path: &str, parts: &[(&str, &[u8])], token: &str) -> Answer {
        let mut body = Vec::new();
        for (name, bytes) in parts.iter().copied().chain([("form_token", token.as_bytes())]) {
            let file = if name == "logo" { "; filename=\"x.png\"" } else { "" };
            let head = format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
            body.extend([head.as_bytes(), bytes, b"\r\n"].concat());
        }
        body.extend_from_slice(b"--edge--\r\n");
        let request = Request::post(path).header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge");
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    pub(crate) async fn sign_in(&mut self) -> Answer {
        let answer = self.submit("/login", &[("identifier", "ada"), ("password", PASSWORD)]).await;
        assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/"));
        answer
    }

    /// Whether somebody is signed in.
    pub(crate) async fn is_signed_in(&mut self) -> bool {
        self.get("/settings/profile").await.status == StatusCode::OK
    }

    pub(crate) async fn send(&mut self, mut request: Request<Body>) -> Answer {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let headers = request.headers_mut();
        headers.insert(header::USER_AGENT, self.agent.parse().unwrap());
        if !cookies.is_empty() {
            headers.insert(header::COOKIE, cookies.join("; ").parse().unwrap());
        }
        let answer = self.server.send(request).await;
        for line in answer.cookies() {
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            if line.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }
}
