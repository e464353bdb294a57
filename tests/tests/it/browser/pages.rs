//! Every page is accessible in light and dark, and fits a narrow screen.

use std::path::Path;

use postern_tests::chromium::{Chromium, Setup};
use postern_tests::{Engine, Instance, Registration, shared};

use super::{at, go_on_as};
use crate::branding;
use crate::pages::{pages, states};
use crate::second_factor_required::Firm;
use crate::teams::Place;

/// Pages for people who are not signed in.
async fn open_pages(instance: &Instance) -> Vec<(&'static str, String)> {
    let client = instance.client(&Registration::confidential());
    let fresh = Instance::start(Engine::Sqlite).await;
    let link = crate::register::setup_link(&fresh.log()).expect("a link");
    let setup = at(&fresh, &link);
    // The instance of the setup page lives as long as the tests.
    std::mem::forget(fresh);
    vec![
        ("login", at(instance, "/login")),
        ("login for an app", at(instance, &client.authorization().target())),
        ("register", at(instance, "/register")),
        ("setup", setup),
        ("no page", at(instance, "/nowhere")),
        ("bad request", at(instance, "/v1/oauth2/authorize?client_id=nobody")),
        (
            "bad redirect",
            at(instance, &client.authorization().with("redirect_uri", "https://evil.example").target()),
        ),
    ]
}

/// Looks at a page in light and dark, wide and narrow: how it fits depends on its width alone, its colours on neither.
pub(super) async fn assert_good(browser: &Chromium, name: &str, url: &str) {
    browser.open(url).await.unwrap();
    for (scheme, widths) in [("light", [1280, 320]), ("dark", [360, 640])] {
        let media = serde_json::json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        browser.devtools("Emulation.setEmulatedMedia", &media).await.unwrap();
        for width in widths {
            browser.resize(width).await.unwrap();
            assert_eq!(browser.overflow().await.unwrap(), 0, "{name} ({url}) at {width} px");
            if let Some(folder) = std::env::var_os("POSTERN_SCREENSHOTS") {
                let file = format!("{}-{width}-{scheme}.png", name.replace([' ', '/'], "-"));
                browser.screenshot(&Path::new(&folder).join(file)).await.unwrap();
            }
            if width == widths[0] {
                let faults = browser.accessibility_faults().await.unwrap();
                assert_eq!(faults, Vec::<String>::new(), "{name} ({url}) at {width} px in {scheme}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_people_who_are_not_signed_in() {
    let instance = shared(Engine::Sqlite).await;
    let browser = Chromium::start(Setup::default()).await.unwrap();
    for (name, url) in open_pages(&instance).await {
        assert_good(&browser, name, &url).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_people_who_are_signed_in() {
    let instance = Instance::start_with(Engine::Sqlite, &[("rate_limits.enabled", "false")]).await;
    let name = "Something with a rather long name that goes on, Gesellschaftmitbeschränkterhaftung 🌊";
    let place = Place::set(&instance, instance.administrator(), name).await;
    let browser = Chromium::start(Setup::default()).await.unwrap();
    go_on_as(&browser, &place.browser).await;
    let _ = place.client.redeem("postern_ac_x", None).await;
    for page in pages(&place).into_iter().chain(states(&place).await) {
        // Downloads have no page, and Swagger UI is not ours.
        let is_none = page.name.starts_with("/audit/export") || page.name.ends_with(".json");
        if !is_none && !page.name.starts_with("/docs") {
            assert_good(&browser, &page.name, &at(&instance, &page.target)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_people_of_whom_a_second_factor_is_asked() {
    let settings = [("second_factor.required_of", "administrators")];
    let instance = Instance::start_with(Engine::Sqlite, &settings).await;
    let firm = Firm::of(&instance).await;
    let told = firm.ask().await;
    assert!(told.text().contains("can do nothing here"), "{told:?}");
    let administrator = instance.browser_of(&instance.administrator()).await;
    let member = instance.browser_of(&firm.member).await;
    for (name, who, path) in [
        ("second factor required", &administrator, "/settings/security/required".to_owned()),
        (
            "authenticator on the way",
            &administrator,
            "/settings/security/authenticator?return_to=%2Fadmin".to_owned(),
        ),
        ("organization barred", &member, firm.page("overview")),
        ("policy of second steps", firm.browser(), firm.page("settings")),
    ] {
        let browser = Chromium::start(Setup::default()).await.unwrap();
        go_on_as(&browser, who).await;
        assert_good(&browser, name, &at(&instance, &path)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_an_instance_with_branding_of_its_own() {
    let instance = Instance::start(Engine::Sqlite).await;
    let administrator = instance.browser_of(&instance.administrator()).await;
    branding::upload(&administrator).await;
    let consent = instance.client(&Registration::confidential()).authorization().target();
    let browser = Chromium::start(Setup::default()).await.unwrap();
    go_on_as(&browser, &administrator).await;
    // One that is hardly seen on white, and one that is not on black.
    for (name, accent) in
        [("Acme accounts of Marylebone, with a rather long name", "#ffee00"), ("A", "#000033")]
    {
        let _ = branding::save(&administrator, name, accent).await.expect(200);
        for (page, path) in
            [("branding", branding::PATH), ("consent", consent.as_str()), ("recover", "/recover")]
        {
            let page = format!("{page} in {}", accent.trim_start_matches('#'));
            assert_good(&browser, &page, &at(&instance, path)).await;
        }
    }
}
