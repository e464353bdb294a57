//! A personal token from its making to its end.

use postern_tests::chromium::{Chromium, Setup};
use postern_tests::{Engine, Instance, Request, shared};
use serde_json::json;

use super::{at, click, fill, press, sign_in, wait_for_text};

/// What the API answers a value.
async fn status(instance: &Instance, value: &str) -> u16 {
    instance.wire().send(Request::get("/v1/consents").bearer(value)).await.status
}

/// The value that the page shows, once.
async fn value(instance: &Instance, browser: &Chromium) -> String {
    let value = browser.text(&browser.find("#token-value").await.unwrap()).await.unwrap();
    assert!(value.starts_with("postern_pat_"), "{value}");
    instance.secrets().add(&value);
    value
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_is_made_in_three_clicks_and_rotated_renewed_and_revoked() {
    let instance = shared(Engine::Sqlite).await;
    for javascript in [true, false] {
        let browser = Chromium::start(Setup { javascript, ..Setup::default() }).await.unwrap();
        browser.open(&at(&instance, "/login")).await.unwrap();
        sign_in(&browser, &instance.person()).await;
        // Three clicks from the home page.
        press(&browser, "New token").await;
        fill(&browser, "#name", "Nightly import").await;
        click(&browser, "[name=scope][value='user:read']").await;
        click(&browser, "#create").await;
        wait_for_text(&browser, "Nightly import is ready").await;
        let first = value(&instance, &browser).await;
        assert_eq!(status(&instance, &first).await, 200);
        if javascript {
            let allowed = json!({ "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"] });
            browser.devtools("Browser.grantPermissions", &allowed).await.unwrap();
            click(&browser, "[aria-label='Copy the token']").await;
            let copied = browser.run("return navigator.clipboard.readText()").await.unwrap();
            assert_eq!(copied, first.as_str());
        }
        press(&browser, "Done, I have kept it").await;
        wait_for_text(&browser, "Read your account").await;
        assert!(!browser.body().await.unwrap().contains(&first), "it is shown once");

        press(&browser, "Rotate").await;
        click(&browser, "#rotate").await;
        wait_for_text(&browser, "New value for Nightly import").await;
        let second = value(&instance, &browser).await;
        assert_ne!(first, second);
        assert_eq!(status(&instance, &second).await, 200);
        press(&browser, "Done, I have kept it").await;

        let page = browser.url().await.unwrap();
        browser.open(&format!("{page}/renew")).await.unwrap();
        wait_for_text(&browser, "Its value stays the same").await;
        click(&browser, "#renew").await;
        wait_for_text(&browser, "The token is renewed.").await;
        assert_eq!(status(&instance, &second).await, 200);

        press(&browser, "Revoke").await;
        wait_for_text(&browser, "It can't be brought back").await;
        click(&browser, "#revoke").await;
        wait_for_text(&browser, "The token is revoked.").await;
        for value in [first, second] {
            assert_eq!(status(&instance, &value).await, 401);
        }
    }
}
