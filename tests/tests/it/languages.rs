//! The language of pages: `ui_locales`, the profile, `Accept-Language`, English.

use postern_tests::{Answer, Instance, Registration, Request, on_both_databases};

fn assert_speaks(page: &Answer, tag: &str, words: &str) {
    assert_eq!(page.header("content-language"), tag, "{page:?}");
    let text = page.text();
    assert!(text.contains(&format!("<html lang=\"{tag}\"")), "{page:?}");
    assert!(text.contains(words), "{words:?} is not said: {page:?}");
}

on_both_databases! {
    async fn an_app_asks_for_a_language(instance: &Instance) {
        let person = instance.person();
        let client = instance.client(&Registration::confidential());
        let direct = client.authorization().and("ui_locales", "tlh de-AT en").target();
        let pairs = client.authorization().and("ui_locales", "de");
        let pairs: Vec<_> = pairs.pairs().iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let pushed = client.post("/v1/oauth2/par", &pairs).await.expect(201).json();
        let uri = pushed["request_uri"].as_str().unwrap();
        let query = [("client_id", client.id.as_str()), ("request_uri", uri)];
        let pushed = Request::get("/v1/oauth2/authorize").query(query);
        for request in [Request::get(direct), pushed] {
            let browser = instance.browser();
            let first = browser.send(request).await;
            let page = browser.follow(first).await;
            assert_speaks(&page, "de", "Anmelden");
            let refused = browser.fill_sign_in(&page, &person.username, "wrong").await;
            assert_speaks(&refused, "de", "Der Name oder das Passwort ist falsch.");
            let consent = browser.fill_sign_in(&refused, &person.username, &person.password).await;
            assert_speaks(&consent, "de", "möchte Ihr Konto verwenden");
            assert_speaks(&browser.open("/").await, "en", "Sign out");
            let answer = browser.finish(consent, "deny").await;
            assert_eq!(answer.get("error"), "access_denied");
        }
    }

    async fn a_browser_asks_for_a_language(instance: &Instance) {
        let browser = instance.browser();
        for (accepted, tag, words) in [
            ("de-CH, en;q=0.9", "de", "Anmelden"),
            ("tlh, en;q=0.5, de;q=0.4", "en", "Sign in"),
            ("*;q=nonsense,,;", "en", "Sign in"),
        ] {
            let page = browser.send(Request::get("/login").header("accept-language", accepted)).await;
            assert_speaks(&page, tag, words);
            let missing = browser.send(Request::get("/nowhere").header("accept-language", accepted)).await;
            assert_eq!(missing.header("content-language"), tag, "{missing:?}");
        }
        let page = browser.send(Request::get("/v1/oauth2/authorize?client_id=x&ui_locales=de")).await;
        assert_speaks(&page, "de", "Für die Entwickler der App");
    }
}
