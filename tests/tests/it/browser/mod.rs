//! Pages in a real Chromium.

mod accounts;
mod demo;
mod example;
mod inert;
mod limits;
mod organizations;
mod pages;
mod passkeys;
mod spa;
mod story;
mod tokens;

use postern_tests::chromium::Chromium;
use postern_tests::{Browser, Instance, Person};
use serde_json::json;

/// Signs somebody in by the page the browser is on, or by the sign-in page if it is on none.
async fn sign_in(browser: &Chromium, person: &Person) {
    for (label, value) in [("User name or e-mail", &person.username), ("Password", &person.password)] {
        let field = browser.field(label).await.unwrap();
        browser.fill(&field, value).await.unwrap();
    }
    let button = browser.find("#sign-in").await.unwrap();
    browser.click(&button).await.unwrap();
}

/// Puts the cookies of a browser without scripts in place of its own, so that both are in the same session.
async fn go_on_as(browser: &Chromium, other: &Browser) {
    browser.devtools("Network.clearBrowserCookies", &json!({})).await.unwrap();
    for (name, value) in other.cookies() {
        let cookie =
            json!({ "name": name, "value": value, "url": other.url("/").as_str(), "httpOnly": true });
        browser.devtools("Network.setCookie", &cookie).await.unwrap();
    }
}

/// Presses a button or follows a link.
async fn press(browser: &Chromium, text: &str) {
    let control = browser.control(text).await.unwrap();
    browser.click(&control).await.unwrap();
}

/// Presses what a CSS selector names.
async fn click(browser: &Chromium, selector: &str) {
    let control = browser.find(selector).await.unwrap();
    browser.click(&control).await.unwrap();
}

/// Types into the field that a CSS selector names.
async fn fill(browser: &Chromium, selector: &str, text: &str) {
    let field = browser.find(selector).await.unwrap();
    browser.fill(&field, text).await.unwrap();
}

/// Waits until the page shows a text.
async fn wait_for_text(browser: &Chromium, text: &str) {
    let begin = std::time::Instant::now();
    loop {
        // Between two pages there may be no body.
        let body = browser.body().await.unwrap_or_default();
        if body.contains(text) {
            return;
        }
        assert!(begin.elapsed() < std::time::Duration::from_secs(15), "{text:?} is not in {body}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

/// The address of a page.
fn at(instance: &Instance, path: &str) -> String {
    instance.public_url().join(path).unwrap().into()
}
