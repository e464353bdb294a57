//! W12: what gives power asks whoever signed in a while ago to prove again who they are, and takes no wrong password.

use postern_tests::{Answer, Browser, Engine, Form, Instance, Request, on_both_databases};

use super::place::Place;
use crate::scene::fingerprint;

/// A page with its form, by the button's name, and what is filled in.
const GRAVE: [(&str, &[(&str, &str)]); 24] = [
    ("/settings/tokens/new", &[("name", "ci"), ("scope", "user:read")]),
    ("/settings/tokens/{personal-access-tokens}/rotate", &[]),
    ("/organizations/{organization}/tokens/new", &[("name", "ci"), ("scope", "members:read")]),
    ("/organizations/{organization}/tokens/{organization-access-tokens}/rotate", &[]),
    ("/organizations/{organization}/delete", &[("confirm", "{organization}")]),
    ("/developer/clients/{client_id}/secrets", &[("action", "rotate")]),
    ("/developer/clients/{client_id}/delete", &[("confirm", "Acme")]),
    (
        "/developer/clients/{client_id}/edit",
        &[
            ("name", "Acme"),
            ("redirect_uris", "https://evil.example/cb"),
            ("homepage_url", "https://app.example"),
            ("scope", "openid"),
            ("grant", "authorization_code"),
        ],
    ),
    ("/settings/profile", &[("name", "Acme"), ("username", "changed"), ("email", "changed@example.com")]),
    ("/settings/account/delete", &[("confirm", "Acme")]),
    ("/settings/security/authenticator", &[("code", "123456")]),
    ("/settings/security/authenticator/remove", &[]),
    ("/settings/security/recovery-codes", &[]),
    ("/settings/security/passkeys/question", &[]),
    ("/settings/security/passkeys/new", &[("name", "Phone")]),
    ("/settings/security/providers", &[("connection", "01a2080d-dd00-7c27-a7c5-2b1f8aeb6445")]),
    ("/organizations/{organization}/settings", &[("name", "Acme"), ("require_second_factor", "true")]),
    ("/admin/users/{id}", &[("action", "disable")]),
    ("/admin/keys", &[("action", "rotate")]),
    ("/admin/branding", &[("name", "Other")]),
    ("/admin/clients", &[("action", "disable"), ("client", "{client_id}")]),
    ("/admin/organizations", &[("organization", "{organization}"), ("tier", "elevated")]),
    ("/admin/tokens/new", &[("owner", "ada"), ("name", "ci"), ("scope", "user:read")]),
    ("/admin/tokens/revoke", &[("count", "1")]),
];

async fn send(place: &Place<'_>, token: &str, (path, fields): (&str, &[(&str, &str)])) -> Answer {
    let filled = fields.iter().map(|(name, value)| (*name, place.filled(value)));
    let fields: Vec<_> = filled.chain([("form_token", token.to_owned())]).collect();
    place.browser.send(Request::post(place.filled(path)).form(fields)).await
}

fn asks_for_proof(answer: &Answer) -> bool {
    answer.status == 303 && answer.location().is_some_and(|url| url.path() == "/reauthenticate")
}

async fn prove(browser: &Browser, password: &str) -> Answer {
    let page = browser.open("/reauthenticate?return_to=/settings/tokens").await.expect(200);
    let form: Form = page.form("/reauthenticate").fill("password", password);
    browser.send(Browser::request(&page, &form)).await
}

on_both_databases! {
    async fn grave_changes_want_a_fresh_proof(engine: Engine) {
        let instance = Instance::start_with(engine, &[("rate_limits.enabled", "false")]).await;
        let place = Place::set(&instance, instance.administrator(), "Acme").await;
        instance.database().execute("UPDATE sessions SET auth_time = auth_time - 3600").await;
        instance.restart();
        instance.wait_until_ready().await;
        let token = crate::scene::Scene::form_token(&place.browser).await;
        let before = fingerprint(&instance).await;
        for grave in GRAVE {
            let answer = send(&place, &token, grave).await;
            assert!(asks_for_proof(&answer), "{}: {answer:?}", grave.0);
            assert_eq!(fingerprint(&instance).await, before, "{}", grave.0);
        }
        for wrong in ["", "wrong", &place.person.password.to_uppercase(), &format!("{} ", place.person.password)] {
            let answer = prove(&place.browser, wrong).await;
            assert!([400, 401, 403, 422].contains(&answer.status), "{answer:?}");
            assert!(asks_for_proof(&send(&place, &token, GRAVE[1]).await), "by a wrong password");
        }
        assert_eq!(fingerprint(&instance).await, before);
        let proven = prove(&place.browser, &place.person.password).await;
        assert_eq!(proven.location().map(|url| url.path().to_owned()).as_deref(), Some("/settings/tokens"), "{proven:?}");
        let page = place.browser.open(&place.filled(GRAVE[1].0)).await.expect(200);
        let form = page.form(page.url.path()).by_each_button().remove(0);
        let done = place.browser.send(Browser::request(&page, &form)).await;
        assert!(done.status < 400 && !asks_for_proof(&done), "{done:?}");
        assert_ne!(fingerprint(&instance).await, before);
    }
}
