//! Every page is accessible in light and dark, and fits a narrow screen.

use std::path::Path;

use postern_tests::chromium::{Chromium, Setup};
use postern_tests::{Engine, Instance, Registration, Request, shared};

use super::{at, sign_in};

/// Widths that people have, the narrowest first.
const WIDTHS: [u32; 3] = [320, 360, 1280];

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

/// Pages for somebody who is signed in, owns a client and has allowed an app.
async fn own_pages(instance: &Instance, person: &postern_tests::Person) -> Vec<(&'static str, String)> {
    let browser = instance.browser_of(person).await;
    let app = instance
        .client(&Registration::confidential().name("An app with a rather long name, which goes on 🌊"));
    let _ = app.tokens(&browser).await;
    let owned = Registration::confidential().with(&["--owner", &person.username]).redirect_uris(&[
        "https://app.example/a/very/long/path/that/has/to/break/somewhere/or/else/the/page/gets/wide/callback",
        "http://localhost:3000/callback",
    ]);
    let owned = instance.client(&owned);
    owned.redeem("postern_ac_x", None).await.assert_refused(400, "invalid_grant");
    let other = instance.client(&Registration::public().redirect_uris(&["http://127.0.0.1/cb"]));
    let client = |path: &str| at(instance, &format!("/developer/clients/{}{path}", owned.id));
    let _ = browser.wire().send(Request::get("/")).await;
    vec![
        ("home", at(instance, "/")),
        ("profile", at(instance, "/settings/profile")),
        ("security", at(instance, "/settings/security")),
        ("sessions", at(instance, "/settings/sessions")),
        ("applications", at(instance, "/settings/applications")),
        ("clients", at(instance, "/developer/clients")),
        ("new client", at(instance, "/developer/clients/new")),
        ("client", client("")),
        ("edit client", client("/edit")),
        ("delete client", client("/delete")),
        ("no client", at(instance, "/developer/clients/nobody")),
        ("consent", at(instance, &owned.authorization().target())),
        ("consent on this device", at(instance, &other.authorization().target())),
        ("confirm", at(instance, &app.authorization().with("prompt", "login").target())),
        ("choose account", at(instance, &app.authorization().with("prompt", "select_account").target())),
        ("sign out", at(instance, "/logout")),
    ]
}

async fn assert_good(browser: &Chromium, name: &str, url: &str) {
    for (dark, scheme) in [(false, "light"), (true, "dark")] {
        let media = serde_json::json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        browser.devtools("Emulation.setEmulatedMedia", &media).await.unwrap();
        for width in WIDTHS {
            browser.resize(width).await.unwrap();
            browser.open(url).await.unwrap();
            assert_eq!(browser.overflow().await.unwrap(), 0, "{name} at {width} px");
            if width != 320 {
                let faults = browser.accessibility_faults().await.unwrap();
                assert_eq!(faults, Vec::<String>::new(), "{name} ({url}) at {width} px in {scheme}");
            }
            if let Some(folder) = std::env::var_os("POSTERN_SCREENSHOTS") {
                let file =
                    format!("{}-{width}-{}.png", name.replace(' ', "-"), if dark { "dark" } else { "light" });
                browser.screenshot(&Path::new(&folder).join(file)).await.unwrap();
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
    let instance = shared(Engine::Sqlite).await;
    let person = instance.person();
    let browser = Chromium::start(Setup::default()).await.unwrap();
    browser.open(&at(&instance, "/login")).await.unwrap();
    sign_in(&browser, &person).await;
    for (name, url) in own_pages(&instance, &person).await {
        assert_good(&browser, name, &url).await;
    }
}
