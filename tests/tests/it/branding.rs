//! How the instance looks is set while it runs, and is seen at once on every node.

use std::time::{Duration, Instant};

use postern_tests::{Answer, Browser, Engine, Instance, Registration, Request, on_both_databases};
use serde_json::json;

use crate::developer::{PAYLOADS, assert_inert};
use crate::sweep::PICTURE;

/// Where it is set.
pub(crate) const PATH: &str = "/admin/branding";

/// Sets the name and the colour in the console.
pub(crate) async fn save(browser: &Browser, name: &str, accent: &str) -> Answer {
    let page = browser.open(PATH).await.expect(200);
    let form = page.form("save").fill("name", name).fill("accent", accent).press("save");
    browser.submit(&page, &form).await
}

/// Sets a logo there.
pub(crate) async fn upload(browser: &Browser) {
    let page = browser.open(PATH).await.expect(200);
    let token = page.form(&format!("{PATH}/logo")).value("form_token").unwrap().to_owned();
    let parts = [("form_token", token.as_bytes()), ("logo", PICTURE)];
    let request = Request::post(format!("{PATH}/logo")).multipart(parts);
    let _ = browser.send(request).await.expect(303);
}

/// The address of the logo on a page, if it is not Postern's own mark.
fn logo(page: &Answer) -> Option<String> {
    page.document().attributes("src").into_iter().find(|src| src.starts_with("/logos/"))
}

on_both_databases! {
    async fn a_name_stays_text_wherever_it_is_shown(engine: Engine) {
        let instance = Instance::start_with(engine, &[("rate_limits.enabled", "false")]).await;
        let browser = instance.browser_of(&instance.administrator()).await;
        let client = instance.client(&Registration::confidential());
        upload(&browser).await;
        for payload in PAYLOADS {
            let saved = save(&browser, payload, "#336699").await.expect(200);
            assert!(saved.text().contains("Saved."), "{saved:?}");
            assert_eq!(saved.form("save").value("name"), Some(payload));
            let consent = client.authorization().target();
            for target in [PATH, "/", "/admin/settings", "/audit", "/nowhere", consent.as_str()] {
                let page = browser.open(target).await;
                assert_inert(&page.document(), &format!("{target} with {payload}"));
                assert!(page.document().text().contains(payload), "{target} without {payload}");
                assert!(logo(&page).is_some(), "{target} without the logo");
            }
            let sign_in = instance.browser().open("/login").await.expect(200);
            assert_inert(&sign_in.document(), payload);
            assert!(sign_in.document().text().contains(payload) && logo(&sign_in).is_some(), "{payload}");
        }
    }

    async fn the_command_line_and_the_api_set_what_the_console_sets(engine: Engine) {
        let settings = [("branding.name", "Acme"), ("rate_limits.enabled", "false")];
        let instance = Instance::start_with(engine, &settings).await;
        let picture = instance.folder().join("logo.png");
        std::fs::write(&picture, PICTURE).unwrap();
        let picture = picture.to_str().unwrap();
        let said = instance.cli(&["server", "branding"]).json();
        assert_eq!((&said["name"], &said["logo_url"]), (&json!("Acme"), &json!(null)));
        assert_ne!(said["sources"]["name"], json!("console"));
        let set = ["server", "branding", "--name", "Blue Door", "--accent", "336699", "--logo", picture];
        let said = instance.cli(&set).json();
        assert_eq!((&said["accent"], &said["sources"]["logo"]), (&json!("#336699"), &json!("console")));
        tokio::time::sleep(Duration::from_secs(1)).await;
        let page = instance.browser().open("/login").await.expect(200);
        assert!(page.document().text().contains("Blue Door"), "{page:?}");
        let served = instance.wire().send(Request::get(logo(&page).expect("a logo"))).await.expect(200);
        assert_eq!(served.header("content-type"), "image/png");
        assert!(served.header("cache-control").contains("immutable"));
        for wrong in [
            &["--accent", "red"][..],
            &["--name", ""],
            &["--name", "x", "--reset", "name"],
            &["--logo", "/nowhere.png"],
            &["--reset", "other"],
        ] {
            let refused = instance.cli(&[&["server", "branding"], wrong].concat());
            assert!(refused.code != 0 && refused.stdout.is_empty(), "{wrong:?}: {refused:?}");
        }
        let reset = ["server", "branding", "--reset", "name", "--reset", "accent", "--reset", "logo"];
        let said = instance.cli(&reset).json();
        assert_eq!((&said["name"], &said["accent"], &said["logo_url"]), (&json!("Acme"), &json!(null), &json!(null)));
        let settings = instance.cli(&["server", "settings"]).json();
        let name = settings["settings"].as_array().unwrap().iter().find(|one| one["name"] == "branding.name");
        assert_eq!(name.unwrap()["source"], said["sources"]["name"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_set_on_one_node_is_seen_on_the_other() {
    if !Engine::Postgres.is_wanted() {
        return;
    }
    let here = Instance::start(Engine::Postgres).await;
    let there = here.another_node().await;
    let browser = here.browser_of(&here.administrator()).await;
    let client = here.client(&Registration::confidential());
    let on_there = browser.on(&there);
    for name in ["First", "Second"] {
        assert!(!there.browser().open("/login").await.text().contains(name));
        let _ = save(&browser, name, "").await.expect(200);
        upload(&browser).await;
        let since = Instant::now();
        // Here at once.
        assert!(here.browser().open("/login").await.text().contains(name));
        loop {
            let sign_in = there.browser().open("/login").await;
            let consent = on_there.open(&client.authorization().target()).await;
            let all = [&sign_in, &consent];
            if all.iter().all(|page| page.text().contains(name) && logo(page).is_some()) {
                let served = there.wire().send(Request::get(logo(&sign_in).unwrap())).await;
                assert_eq!((served.status, served.header("content-type")), (200, "image/png"));
                break;
            }
            assert!(since.elapsed() < Duration::from_secs(1), "after a second: {sign_in:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
