//! W11: what people type stays text.

use postern_tests::{Browser, Document, Instance, Registration, Request, on_both_databases, unique};

/// Texts that would do something if they were not escaped.
pub(crate) const PAYLOADS: [&str; 12] = [
    "<script>alert(1)</script>",
    "\"><script>alert(1)</script>",
    "'><img src=x onerror=alert(1)>",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "<svg/onload=alert(1)>",
    "javascript:alert(1)",
    "\" onfocus=alert(1) autofocus=\"",
    "' onmouseover='alert(1)",
    "{{7*7}}${7*7}<%= 7*7 %>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<iframe srcdoc='&lt;script&gt;alert(1)&lt;/script&gt;'>",
];

/// Fails if a page of the server's holds a script or handler of somebody else's.
pub(crate) fn assert_inert(page: &Document, what: &str) {
    for script in page.elements("script") {
        assert!(script.attribute("src").starts_with("/assets/"), "{what}: {script:?}");
    }
    for name in ["onerror", "onload", "onfocus", "onmouseover", "onclick", "srcdoc", "autofocus\""] {
        assert_eq!(page.attributes(name), [""; 0], "{what}: {name}");
    }
    for link in
        page.attributes("href").into_iter().chain(page.attributes("src")).chain(page.attributes("action"))
    {
        let scheme = link.trim().to_lowercase();
        assert!(!scheme.starts_with("javascript:") && !scheme.starts_with("data:"), "{what}: {link}");
    }
    assert!(page.elements("iframe").is_empty() && page.elements("base").is_empty(), "{what}");
}

async fn assert_pages_inert(browser: &Browser, targets: &[&str], what: &str) {
    for target in targets {
        let page = browser.open(target).await;
        assert_inert(&page.document(), &format!("{target} with {what}"));
    }
}

on_both_databases! {
    async fn names_of_people(instance: &Instance) {
        for payload in PAYLOADS {
            let person = instance.person();
            let browser = instance.browser_of(&person).await;
            let page = browser.open("/settings/profile").await.expect(200);
            let form = page.form("/settings/profile").fill("name", payload);
            assert_inert(&browser.submit(&page, &form).await.document(), payload);
            assert_pages_inert(&browser, &["/", "/settings/profile", "/settings/security", "/developer/clients/new"], payload).await;
            assert_eq!(browser.open("/settings/profile").await.form("/settings/profile").value("name"), Some(payload));
        }
    }

    async fn names_of_clients(instance: &Instance) {
        let browser = instance.browser_of(&instance.person()).await;
        for payload in PAYLOADS {
            let client = instance.client(&Registration::confidential().name(payload));
            let page = browser.open(&client.authorization().target()).await.expect(200);
            assert_inert(&page.document(), payload);
            assert!(page.document().text().contains(payload), "the name is not shown: {payload}");
            let _ = browser.finish(page, "allow").await;
            let form_post = client.authorization().with("response_mode", "form_post").with("state", payload);
            let page = browser.open(&form_post.target()).await.expect(200);
            assert_inert(&page.document(), payload);
            assert_eq!(page.form(&client.redirect_uri).value("state"), Some(payload));
            instance.secrets().add(page.form(&client.redirect_uri).value("code").unwrap());
        }
        assert_pages_inert(&browser, &["/settings/applications", "/"], "names of clients").await;
    }

    async fn fields_of_the_dashboard(instance: &Instance) {
        let browser = instance.browser_of(&instance.person()).await;
        for payload in PAYLOADS {
            let page = browser.open("/developer/clients/new").await.expect(200);
            let form = page.form("/developer/clients/new");
            let all = ["name", "redirect_uris", "homepage_url", "terms_url", "privacy_url", "post_logout_redirect_uris"];
            let form = all.iter().fold(form, |form, field| form.fill(field, payload));
            let page = browser.submit(&page, &form.press("create")).await;
            assert_inert(&page.document(), payload);
            let form = page.form("/developer/clients/new");
            for field in all {
                assert_eq!(form.value(field), Some(payload), "{field}");
            }
        }
    }

    async fn bad_schemes_are_refused_when_saved(instance: &Instance) {
        let browser = instance.browser_of(&instance.person()).await;
        for link in [
            "javascript:alert(1)", "JavaScript:alert(1)", " javascript:alert(1)", "java\tscript:alert(1)", "data:text/html,x",
            "vbscript:x", "//evil.example", "ftp://example.com", "file:///etc/passwd", "https://a:b@example.com",
            "https:evil.example", "blob:https://example.com/x", "https://example.com/\"onclick=x",
        ] {
            for field in ["homepage_url", "terms_url", "privacy_url"] {
                let page = browser.open("/developer/clients/new").await.expect(200);
                let name = unique("app");
                let form = page
                    .form("/developer/clients/new")
                    .fill("name", &name)
                    .fill("redirect_uris", "https://app.example/cb")
                    .fill("homepage_url", "https://app.example")
                    .fill(field, link)
                    .press("create");
                let page = browser.submit(&page, &form).await;
                assert_eq!(page.form("/developer/clients/new").value("name"), Some(name.as_str()), "{field}={link}");
            }
        }
    }

    async fn parameters_headers_and_paths(instance: &Instance) {
        let client = instance.client(&Registration::confidential());
        let browser = instance.browser_of(&instance.person()).await;
        for payload in PAYLOADS {
            for name in ["client_id", "redirect_uri", "scope", "response_type", "prompt", "login_hint", "ui_locales"] {
                let answer = browser.open(&client.authorization().with(name, payload).target()).await;
                if answer.status != 303 {
                    assert_inert(&answer.document(), &format!("{name}={payload}"));
                }
            }
            let header = payload.replace(|c: char| !c.is_ascii_graphic(), "");
            let request = Request::get("/settings/sessions").header("user-agent", &header).header("referer", &header);
            assert_inert(&browser.send(request).await.document(), payload);
            let path: String = url::form_urlencoded::byte_serialize(payload.as_bytes()).collect();
            for target in [format!("/{path}"), format!("/developer/clients/{path}"), format!("/login?return_to={path}")] {
                assert_inert(&browser.open(&target).await.document(), &target);
            }
            let stranger = instance.browser();
            assert_inert(&stranger.try_sign_in(payload, payload).await.document(), payload);
            let login_hint = client.authorization().with("login_hint", payload);
            assert_inert(&stranger.open(&login_hint.target()).await.document(), payload);
        }
    }
}
