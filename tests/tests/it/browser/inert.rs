//! W11: what people type does nothing in a real browser. An alert that opens makes the next command fail.

use postern_tests::chromium::{Chromium, Setup};
use postern_tests::{Engine, Registration, shared};

use super::{at, sign_in};
use crate::developer::PAYLOADS;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn payloads_stay_text() {
    let instance = shared(Engine::Sqlite).await;
    let person = instance.person();
    let other = instance.browser_of(&person).await;
    let browser = Chromium::start(Setup::default()).await.unwrap();
    browser.open(&at(&instance, "/login")).await.unwrap();
    sign_in(&browser, &person).await;
    for payload in PAYLOADS {
        let page = other.open("/settings/profile").await.expect(200);
        let _ = other.submit(&page, &page.form("/settings/profile").fill("name", payload)).await.expect(200);
        let registration = Registration::confidential().name(payload).with(&["--owner", &person.username]);
        let client = instance.client(&registration);
        let _ = client.tokens(&other).await;
        let own = format!("/developer/clients/{}", client.id);
        let form_post = client.authorization().with("prompt", "consent").with("state", payload);
        for target in [
            "/",
            "/settings/profile",
            "/settings/sessions",
            "/settings/applications",
            "/developer/clients",
            &own,
            &format!("{own}/edit"),
            &form_post.target(),
        ] {
            browser.open(&at(&instance, target)).await.unwrap();
            let ran =
                browser.run("return document.querySelectorAll('script:not([src])').length").await.unwrap();
            assert_eq!(ran, 0, "{target} with {payload}");
        }
        assert!(browser.body().await.is_ok(), "{payload}");
    }
}
