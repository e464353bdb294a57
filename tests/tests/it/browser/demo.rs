//! What a newcomer does after `postern demo`.

use postern_tests::Demo;
use postern_tests::chromium::{Chromium, Setup};

use super::{press, wait_for_text};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newcomer_follows_what_it_prints() {
    let demo = Demo::start().await;
    for javascript in [true, false] {
        let browser = Chromium::start(Setup { javascript, ..Setup::default() }).await.unwrap();
        browser.open(&demo.app_url).await.unwrap();
        press(&browser, "Sign in with Postern").await;
        browser.wait_for_url("/login").await.unwrap();
        assert!(browser.url().await.unwrap().starts_with(&demo.server_url));
        for (label, value) in [("User name or e-mail", &demo.username), ("Password", &demo.password)] {
            let field = browser.field(label).await.unwrap();
            browser.fill(&field, value).await.unwrap();
        }
        let button = browser.find("#sign-in").await.unwrap();
        browser.click(&button).await.unwrap();
        browser.wait_for_url("/consent").await.unwrap();
        press(&browser, "Allow").await;
        browser.wait_for_url(&format!("{}/", demo.app_url)).await.unwrap();
        wait_for_text(&browser, "Hello, Ada Lovelace").await;
        press(&browser, "Refresh the tokens").await;
        wait_for_text(&browser, "The tokens were refreshed.").await;
        press(&browser, "Call userinfo again").await;
        wait_for_text(&browser, "Your profile was fetched again.").await;
        press(&browser, "Sign out and revoke the tokens").await;
        wait_for_text(&browser, "Sign in with Postern").await;
    }
    assert!(demo.stop().await, "it leaves something behind");
}
