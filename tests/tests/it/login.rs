//! `/login`: W01 and the way back.

use postern_tests::{Browser, Engine, Instance, Request, on_both_databases};

on_both_databases! {
    async fn name_and_address_both_work_and_the_cookie_changes(instance: &Instance) {
        let person = instance.person();
        for identifier in [&person.username, &person.email, &person.username.to_uppercase(), &person.email.to_uppercase()] {
            let browser = instance.browser();
            let _ = browser.open("/login").await.expect(200);
            let before = browser.cookies();
            let answer = browser.try_sign_in(identifier, &person.password).await;
            assert!(browser.is_signed_in().await, "{identifier}: {answer:?}");
            // The other cookie only ties forms to the browser before anybody is signed in.
            for (name, value) in browser.cookies().into_iter().filter(|(name, _)| name.contains("session")) {
                assert_ne!(before.get(&name), Some(&value), "{name} is as before the sign-in");
            }
        }
    }

    async fn an_old_cookie_is_dead_on_the_server(instance: &Instance) {
        let person = instance.person();
        let browser = instance.browser_of(&person).await;
        let first = browser.cookies();
        let page = browser.open("/login?other=1").await.expect(200);
        let _ = browser.fill_sign_in(&page, &person.username, &person.password).await;
        let second = browser.cookies();
        let page = browser.open("/logout").await;
        let page = browser.submit(&page, &page.form("/logout")).await;
        assert!(page.status < 400, "{page:?}");
        assert!(!browser.is_signed_in().await);
        for (when, cookies) in [("before the second sign-in", first), ("before signing out", second)] {
            let stale = instance.browser();
            stale.set_cookies(cookies);
            assert!(!stale.is_signed_in().await, "the cookie from {when} still works");
        }
    }

    async fn a_cookie_that_the_server_did_not_make_is_not_adopted(instance: &Instance) {
        let person = instance.person();
        let victim = instance.browser_of(&person).await;
        let session = victim.cookies();
        let chosen: std::collections::BTreeMap<_, _> =
            session.keys().map(|name| (name.clone(), "AAAAAAAAAAAAAAAAAAAAAA".to_owned())).collect();
        let browser = instance.browser();
        browser.set_cookies(chosen.clone());
        browser.sign_in(&person).await;
        let stranger = instance.browser();
        stranger.set_cookies(chosen);
        assert!(!stranger.is_signed_in().await);
    }

    async fn the_way_back_is_an_own_path(instance: &Instance) {
        let person = instance.person();
        let host = instance.public_url().authority().to_owned();
        for foreign in foreign_ways_back(&host) {
            let browser = instance.browser();
            let query = [("return_to", foreign.as_str())];
            let page = browser.send(Request::get("/login").query(query)).await;
            assert!([200, 400].contains(&page.status), "{foreign:?}: {page:?}");
            let form = browser.open("/login").await.form("sign-in");
            let form = form.fill("identifier", &person.username).fill("password", &person.password);
            let form = form.forge("return_to", &foreign).press("sign-in");
            let page = browser.open("/login").await;
            let answer = browser.send(Browser::request(&page, &form)).await;
            if let Some(to) = answer.location() {
                assert_eq!(to.origin(), instance.public_url().origin(), "{foreign:?}: {answer:?}");
                assert!(!to.as_str().contains("evil"), "{foreign:?}: {answer:?}");
            }
        }
        let browser = instance.browser();
        let page = browser.open("/settings/sessions").await;
        assert_eq!(page.url.path(), "/login");
        let page = browser.fill_sign_in(&page, &person.username, &person.password).await;
        assert_eq!(page.url.path(), "/settings/sessions");
    }

    async fn success_never_counts(engine: Engine) {
        let instance = Instance::start(engine).await;
        let person = instance.person();
        let wire = instance.wire();
        for _ in 0..35 {
            Browser::on_wire(wire.clone()).sign_in(&person).await;
        }
    }
}

/// Where a sign-in must not lead.
fn foreign_ways_back(host: &str) -> Vec<String> {
    [
        "//evil.example",
        "///evil.example",
        "////evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "\\/evil.example",
        "https://evil.example",
        "http:evil.example",
        "https:/evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "data:text/html,evil",
        "evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "/\r\n/evil.example",
        "/%09/evil.example",
        "/\u{0}/evil.example",
        " //evil.example",
        "\t//evil.example",
        "\u{a0}//evil.example",
        "/../..//evil.example",
        "/.//evil.example",
        "/..//evil.example",
        "@evil.example",
        "//HOST@evil.example",
        "//evil.example/HOST",
        "https://HOST@evil.example/",
        "https://HOST.evil.example/",
        "https://evil.example/HOST",
        "/login\r\nLocation: https://evil.example",
        "//evil.example%2f..",
        "/;@evil.example/..//evil.example",
        "//\u{3002}evil.example",
        "/\u{2044}evil.example@//evil.example",
    ]
    .iter()
    .map(|text| text.replace("HOST", host))
    .collect()
}
