//! Several accounts in one browser.

use postern_tests::chromium::{Chromium, Setup};
use postern_tests::{Engine, Instance, Person, shared};

use super::pages::assert_good;
use super::{at, click, press, sign_in, wait_for_text};

/// Signs in beside whoever is signed in.
async fn sign_in_too(browser: &Chromium, instance: &Instance, person: &Person) {
    browser.open(&at(instance, "/login?other=1")).await.unwrap();
    sign_in(browser, person).await;
    wait_for_text(browser, &format!("Signed in as {}", person.username)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_switch_by_the_menu_and_sign_out_of_all() {
    let instance = shared(Engine::Sqlite).await;
    for javascript in [true, false] {
        let (ada, bob) = (instance.person(), instance.person());
        let browser = Chromium::start(Setup { javascript, ..Setup::default() }).await.unwrap();
        sign_in_too(&browser, &instance, &ada).await;
        sign_in_too(&browser, &instance, &bob).await;
        click(&browser, ".account").await;
        press(&browser, "Switch account").await;
        wait_for_text(&browser, "Choose an account").await;
        let texts = browser.body().await.unwrap();
        assert!(
            texts.find(&bob.email) < texts.find(&ada.email),
            "the account in use is not the first: {texts}"
        );
        click(&browser, "form:nth-of-type(2) button[value=continue]").await;
        wait_for_text(&browser, &format!("Signed in as {}", ada.username)).await;
        if javascript {
            for (name, path) in [("several accounts", "/login?choose=1"), ("sign out of several", "/logout")]
            {
                assert_good(&browser, name, &at(&instance, path)).await;
            }
        }
        browser.open(&at(&instance, "/logout")).await.unwrap();
        press(&browser, "Sign out of all 2 accounts").await;
        wait_for_text(&browser, "nobody is signed in here now").await;
        browser.open(&at(&instance, "/settings/profile")).await.unwrap();
        browser.wait_for_url("/login").await.unwrap();
    }
}
