//! Limits of a token, and trying them.

use postern_tests::chromium::{Chromium, Setup};
use postern_tests::{Engine, shared};

use super::{at, click, fill, press, sign_in, wait_for_text};

async fn open_fold(browser: &Chromium, part: &str) {
    click(browser, &format!("details:has(#{part}) > summary")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_is_limited_and_a_request_tried_with_it() {
    let instance = shared(Engine::Sqlite).await;
    for javascript in [true, false] {
        let person = instance.person();
        let browser = Chromium::start(Setup { javascript, ..Setup::default() }).await.unwrap();
        browser.open(&at(&instance, "/settings/tokens/new")).await.unwrap();
        sign_in(&browser, &person).await;
        browser.wait_for_url("/settings/tokens/new").await.unwrap();
        fill(&browser, "#name", "Jira").await;
        open_fold(&browser, "limits").await;
        fill(&browser, "#limits", "[fetch].*").await;
        click(&browser, "#create").await;
        wait_for_text(&browser, "Line 1, column 2").await;
        fill(&browser, "#limits", "[get].*/rest/api/2/project.*").await;
        click(&browser, "#create").await;
        wait_for_text(&browser, "This is the only time you see it").await;
        press(&browser, "Done, I have kept it").await;
        wait_for_text(&browser, "requests that its one limit describes").await;
        press(&browser, "Try a request").await;
        browser.wait_for_url("/try").await.unwrap();
        let command = "curl -X DELETE https://jira.example/rest/api/2/project/7";
        fill(&browser, "#curl", command).await;
        if !javascript {
            press(&browser, "Try it").await;
        }
        wait_for_text(&browser, "its methods don't include DELETE").await;
        fill(&browser, "#limits", "[get,delete].*/rest/api/2/project.*").await;
        if !javascript {
            press(&browser, "Try it").await;
        }
        wait_for_text(&browser, "it lets the request pass").await;
    }
}
