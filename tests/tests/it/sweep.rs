//! W02: what must hold on every route that changes something.

use postern_tests::{Engine, Instance, Request, on_both_databases};

use crate::scene::{Scene, fingerprint};

/// A route that changes something for somebody who is signed in, with a form that it would take.
struct Change {
    path: &'static str,
    pairs: &'static [(&'static str, &'static str)],
    /// The part of a picture, where the form is one with a file.
    picture: Option<&'static str>,
}

impl Change {
    const fn form(path: &'static str, pairs: &'static [(&'static str, &'static str)]) -> Self {
        Self { path, pairs, picture: None }
    }

    const fn upload(path: &'static str, picture: &'static str) -> Self {
        Self { path, pairs: &[], picture: Some(picture) }
    }

    /// The request that sends the form with this token, in the encoding that the route takes.
    fn request(&self, method: &str, scene: &Scene, token: Option<&str>) -> Request {
        let pairs =
            self.pairs.iter().map(|(name, value)| ((*name).to_owned(), scene.say(value).into_bytes()));
        let picture = self.picture.map(|name| (name.to_owned(), PICTURE.to_vec()));
        let token = token.map(|token| ("form_token".to_owned(), token.as_bytes().to_vec()));
        let parts: Vec<_> = token.into_iter().chain(pairs).chain(picture).collect();
        let request = Request::new(method, scene.say(self.path));
        if self.picture.is_some() {
            return request.multipart(parts);
        }
        request.form(parts.into_iter().map(|(name, value)| (name, String::from_utf8(value).unwrap())))
    }
}

/// Every one of them. Later rows find what earlier ones left.
const CHANGES: [Change; 11] = [
    Change::form("/consent", &[("request", "REQUEST"), ("decision", "allow")]),
    Change::form(
        "/settings/profile",
        &[("name", "Changed"), ("username", "changed"), ("email", "changed@example.com")],
    ),
    Change::form("/settings/sessions", &[("action", "revoke_others")]),
    Change::form(
        "/settings/security",
        &[("current_password", "PASSWORD"), ("new_password", "changed pass phrase")],
    ),
    Change::form("/settings/applications", &[("client_id", "APP")]),
    Change::form(
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
    Change::upload("/developer/clients/CLIENT/logo", "logo"),
    Change::form(
        "/developer/clients/CLIENT/edit",
        &[
            ("name", "NAME"),
            ("redirect_uris", "https://changed.example/cb"),
            ("homepage_url", "https://changed.example"),
            ("scope", "openid"),
            ("grant", "authorization_code"),
            ("id_token_signed_response_alg", "RS256"),
        ],
    ),
    Change::form("/developer/clients/CLIENT/secrets", &[("action", "rotate")]),
    Change::form("/developer/clients/CLIENT/delete", &[("confirm", "NAME")]),
    Change::form("/logout", &[]),
];

/// A picture of one grey pixel.
pub(crate) const PICTURE: &[u8] =
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0\x3a\x7e\x9b\x55\
    \0\0\0\nIDAT\x78\xda\x63\xa8\x07\0\0\x81\0\x80\x7e\x1c\x29\xc7\0\0\0\0IEND\xae\x42\x60\x82";

/// The wrong ways to send a form that is right otherwise.
fn forgeries(change: &Change, scene: &Scene, token: &str, foreign: &str) -> Vec<(&'static str, Request)> {
    let path = scene.say(change.path);
    let with = |token| change.request("POST", scene, Some(token));
    let method = |method| change.request(method, scene, Some(token));
    let text = change.pairs.iter().map(|(name, value)| (*name, scene.say(value)));
    let text: Vec<_> = text.chain([("form_token", token.to_owned())]).collect();
    let encoded = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&text).finish();
    let reversed: String = token.chars().rev().collect();
    vec![
        ("no token", change.request("POST", scene, None)),
        ("empty token", with("")),
        ("another session's token", with(foreign)),
        ("a changed token", with(&reversed)),
        ("a foreign origin", with(token).header("origin", "https://evil.example")),
        (
            "no origin but cross-site",
            with(token).header("origin", "null").header("sec-fetch-site", "cross-site"),
        ),
        ("a same-site origin", with(token).header("sec-fetch-site", "same-site")),
        ("text/plain", Request::post(&path).body("text/plain", encoded.clone())),
        ("JSON", Request::post(&path).body("application/json", format!("{{\"form_token\":\"{token}\"}}"))),
        ("no type", Request::post(&path).body("", encoded)),
        ("GET", Request::get(&path).query(text)),
        ("PUT", method("PUT")),
        ("DELETE", method("DELETE")),
        ("PATCH", method("PATCH")),
    ]
}

on_both_databases! {
    async fn forged_forms_change_nothing(engine: Engine) {
        let instance = Instance::start(engine).await;
        let scene = Scene::set(&instance).await;
        let token = Scene::form_token(&scene.browser).await;
        let foreign = Scene::form_token(&scene.stranger).await;
        let before = fingerprint(&instance).await;
        for change in &CHANGES {
            let path = change.path;
            for (how, request) in forgeries(change, &scene, &token, &foreign) {
                let answer = scene.browser.send(request).await;
                let is_page = how == "GET" && answer.status < 400;
                assert!(is_page || [400, 403, 404, 405, 415].contains(&answer.status), "{path} by {how}: {answer:?}");
                assert_eq!(fingerprint(&instance).await, before, "{path} by {how}");
            }
            let answer = instance.browser().send(change.request("POST", &scene, None)).await;
            assert!([303, 403].contains(&answer.status), "{path} signed out: {answer:?}");
            assert_eq!(fingerprint(&instance).await, before, "{path} signed out");
        }
        // Sent rightly, each of them does something: the table is not about other paths.
        for change in &CHANGES {
            let before = fingerprint(&instance).await;
            let token = Scene::form_token(&scene.browser).await;
            let answer = scene.browser.send(change.request("POST", &scene, Some(&token))).await;
            assert!(answer.status < 400, "{}: {answer:?}", change.path);
            assert_ne!(fingerprint(&instance).await, before, "{}: {answer:?}", change.path);
        }
    }
}
