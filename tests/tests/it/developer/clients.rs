use std::time::Duration;

use postern_tests::{
    Answer, Browser, Document, Form, Instance, OAuthClient, Tokens, on_both_databases, unique,
};

const NEW: &str = "/developer/clients/new";

/// Fills the form for a new client with what every client has.
fn filled(page: &Answer, name: &str) -> Form {
    page.form(NEW)
        .fill("name", name)
        .fill("redirect_uris", &format!("https://{name}.example/callback"))
        .fill("homepage_url", &format!("https://{name}.example"))
        .press("create")
}

async fn create(browser: &Browser, change: impl Fn(Form) -> Form) -> Answer {
    let page = browser.open(NEW).await.expect(200);
    let answer = browser.submit(&page, &change(filled(&page, &unique("app")))).await;
    if let Some(secret) = shown_secret(&answer) {
        browser.wire().secrets().add(&secret);
    }
    answer
}

fn shown_secret(page: &Answer) -> Option<String> {
    word_with(&page.document(), "postern_cs_")
}

fn shown_id(page: &Answer) -> Option<String> {
    word_with(&page.document(), "postern_ci_")
}

/// What a copy button of the page would copy, or the page shows, that begins so.
fn word_with(document: &Document, beginning: &str) -> Option<String> {
    let copied = document.attributes("data-copy").into_iter().chain(document.attributes("value"));
    let texts = document.elements("code").into_iter().map(|code| code.text);
    copied.chain(texts).find(|text| text.starts_with(beginning) && text.len() > 43)
}

on_both_databases! {
    async fn a_client_made_in_the_dashboard_works(instance: &Instance) {
        let person = instance.person();
        let browser = instance.browser_of(&person).await;
        let name = unique("app");
        let page = browser.open(NEW).await.expect(200);
        let page = browser.submit(&page, &filled(&page, &name)).await.expect(200);
        assert_eq!(page.header("cache-control"), "no-store");
        let (id, secret) = (shown_id(&page).expect("an id"), shown_secret(&page).expect("a secret"));
        for snippet in ["curl", "JavaScript", "Python", "Rust"] {
            assert!(page.text().contains(snippet), "no {snippet} snippet");
        }
        let uri = format!("https://{name}.example/callback");
        let client = OAuthClient::known(instance, &id, Some(&secret), &uri).asking("openid");
        let tokens = client.tokens(&instance.browser_of(&instance.person()).await).await;
        assert!(client.is_active(&tokens.access).await);
        // It is shown this once.
        let own = browser.open(&format!("/developer/clients/{id}")).await.expect(200);
        assert!(!own.text().contains(&secret));
        assert!(own.text().contains(&name) && own.text().contains(&uri));
        assert!(browser.open("/developer/clients").await.expect(200).text().contains(&name));
    }

    async fn redirect_uris_are_checked_when_they_are_saved(instance: &Instance) {
        let browser = instance.browser_of(&instance.person()).await;
        for (uri, is_taken) in [
            ("http://localhost:3000/cb", true), ("http://127.0.0.1/cb", true), ("http://[::1]:9/cb", true),
            ("https://app.example/a?b=c", true), ("http://app.example/cb", false), ("https://app.example/cb#x", false),
            ("https://*.example/cb", false), ("/cb", false), ("javascript:alert(1)", false),
            ("com.example.app:/cb", false), ("https://a:b@app.example/cb", false), ("", false),
            ("https://app.example/cb\nhttp://app.example/cb", false),
        ] {
            let answer = create(&browser, |form| form.fill("redirect_uris", uri)).await;
            assert_eq!(shown_secret(&answer).is_some(), is_taken, "{uri}: {answer:?}");
            if !is_taken {
                let form = answer.form(NEW);
                assert_eq!(form.value("redirect_uris"), Some(uri), "what was typed is lost");
            }
        }
        let native = create(&browser, |form| {
            form.fill("type", "public").fill("redirect_uris", "com.example.app:/cb")
        });
        let native = native.await;
        assert!(shown_id(&native).is_some() && shown_secret(&native).is_none(), "{native:?}");
    }

    async fn what_is_missing_is_said(instance: &Instance) {
        let browser = instance.browser_of(&instance.person()).await;
        for field in ["name", "redirect_uris", "homepage_url"] {
            let answer = create(&browser, |form| form.fill(field, "")).await;
            assert!(shown_id(&answer).is_none(), "{field}: {answer:?}");
            assert!(answer.text().contains(&format!("#{field}")), "{field} is not in the summary: {answer:?}");
        }
    }

    async fn two_secrets_work_while_one_replaces_the_other(instance: &Instance) {
        let browser = instance.browser_of(&instance.person()).await;
        let page = create(&browser, |form| form).await;
        let (id, old) = (shown_id(&page).unwrap(), shown_secret(&page).unwrap());
        let own = format!("/developer/clients/{id}");
        let page = browser.open(&own).await.expect(200);
        let page = browser.submit(&page, &page.form("rotate").press("rotate")).await.expect(200);
        let new = shown_secret(&page).expect("a new secret");
        instance.secrets().add(&new);
        assert_ne!(old, new);
        let uri = "https://app.example/cb";
        for secret in [&old, &new] {
            let client = OAuthClient::known(instance, &id, Some(secret), uri);
            client.redeem("x", None).await.assert_refused(400, "invalid_grant");
        }
        let page = browser.open(&own).await.expect(200);
        let forms: Vec<Form> = Form::all(&page.document())
            .into_iter()
            .filter(|form| form.value("secret").is_some())
            .collect();
        assert_eq!(forms.len(), 2);
        // The latest comes first: the other one is the old one.
        let _ = browser.submit(&page, &forms[1].clone().press("revoke")).await;
        let refused = OAuthClient::known(instance, &id, Some(&old), uri).redeem("x", None).await;
        refused.assert_refused(401, "invalid_client");
        let works = OAuthClient::known(instance, &id, Some(&new), uri).redeem("x", None).await;
        works.assert_refused(400, "invalid_grant");
    }

    async fn a_deleted_client_takes_its_tokens_along(instance: &Instance) {
        let owner = instance.browser_of(&instance.person()).await;
        let name = unique("app");
        let page = owner.open(NEW).await.expect(200);
        let page = owner.submit(&page, &filled(&page, &name)).await.expect(200);
        let (id, secret) = (shown_id(&page).unwrap(), shown_secret(&page).unwrap());
        let uri = format!("https://{name}.example/callback");
        let client = OAuthClient::known(instance, &id, Some(&secret), &uri).asking("openid");
        let browser = instance.browser_of(&instance.person()).await;
        let tokens = client.tokens(&browser).await;
        let delete = format!("/developer/clients/{id}/delete");
        let page = owner.open(&delete).await.expect(200);
        let refused = owner.submit(&page, &page.form(&delete).fill("confirm", "something else")).await;
        assert!(refused.url.path().ends_with("/delete"), "{refused:?}");
        let _ = client.userinfo(&tokens.access).await.expect(200);
        let page = owner.submit(&page, &page.form(&delete).fill("confirm", &name)).await;
        assert!(page.status < 400, "{page:?}");
        assert_eq!(client.userinfo(&tokens.access).await.status, 401);
        client.refresh(&tokens.refresh).await.assert_refused(401, "invalid_client");
        let page = browser.open(&client.authorization().target()).await;
        assert_eq!((page.status, page.location()), (400, None));
    }

    async fn what_a_client_has_no_use_for_is_named(instance: &Instance) {
        let owner = instance.browser_of(&instance.person()).await;
        let name = unique("app");
        let page = owner.open(NEW).await.expect(200);
        let page = owner.submit(&page, &filled(&page, &name)).await.expect(200);
        let (id, secret) = (shown_id(&page).unwrap(), shown_secret(&page).unwrap());
        let own = format!("/developer/clients/{id}");
        // Of the settings of its page.
        let unused = async || {
            let page = owner.open(&own).await.expect(200);
            let text = page.document().text();
            let (_, rest) = text.split_once("Unused scopes")?;
            Some(rest.split_once("Never granted").expect("a reason").0.trim().to_owned())
        };
        assert_eq!(unused().await.as_deref(), Some("email openid profile"));
        let uri = format!("https://{name}.example/callback");
        let browser = instance.browser_of(&instance.person()).await;
        for (asked, left) in [("openid", Some("email profile")), ("openid email profile", None)] {
            let client = OAuthClient::known(instance, &id, Some(&secret), &uri).asking(asked);
            let _ = client.tokens(&browser).await;
            // It is noted beside the answer.
            let mut tries = 0;
            while unused().await.as_deref() != left {
                tries += 1;
                assert!(tries < 100, "{asked}: {:?}", unused().await);
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }

    async fn clients_of_others_are_not_to_be_seen(instance: &Instance) {
        let owner = instance.browser_of(&instance.person()).await;
        let page = create(&owner, |form| form).await;
        let id = shown_id(&page).unwrap();
        let stranger = instance.browser_of(&instance.person()).await;
        let unknown = id.replace("postern_ci_", "postern_ci_0");
        for path in ["", "/edit", "/delete"] {
            let foreign = stranger.open(&format!("/developer/clients/{id}{path}")).await;
            let missing = stranger.open(&format!("/developer/clients/{unknown}{path}")).await;
            assert_eq!((foreign.status, missing.status), (404, 404), "{path}");
        }
        let token = stranger.open(NEW).await.form(NEW).value("form_token").unwrap().to_owned();
        for (path, pairs) in [
            ("/secrets", vec![("action", "rotate")]),
            ("/delete", vec![("confirm", "x")]),
            ("/edit", vec![("name", "x")]),
        ] {
            let pairs = pairs.into_iter().chain([("form_token", token.as_str())]);
            let request = postern_tests::Request::post(format!("/developer/clients/{id}{path}")).form(pairs);
            assert_eq!(stranger.send(request).await.status, 404, "{path}");
        }
        assert_eq!(owner.open(&format!("/developer/clients/{id}")).await.status, 200);
    }

    async fn a_developer_reads_what_went_wrong(instance: &Instance) {
        let owner = instance.browser_of(&instance.person()).await;
        let page = create(&owner, |form| form).await;
        let (id, secret) = (shown_id(&page).unwrap(), shown_secret(&page).unwrap());
        let client = OAuthClient::known(instance, &id, Some(&secret), "https://wrong.example/cb");
        let _ = owner.open(&client.authorization().target()).await.expect(400);
        client.redeem("postern_ac_x", None).await.assert_refused(400, "invalid_grant");
        let page = owner.open(&format!("/developer/clients/{id}")).await.expect(200);
        assert!(page.text().contains("https://wrong.example/cb"), "{}", page.document().text());
        assert!(page.text().contains("invalid_grant"), "{}", page.document().text());
    }

    async fn a_trusted_client_is_made_by_operators_only(instance: &Instance) {
        let browser = instance.browser_of(&instance.person()).await;
        let page = browser.open(NEW).await.expect(200);
        let name = unique("app");
        let form = filled(&page, &name).forge("trusted", "on").forge("resource_server", "on");
        let page = browser.submit(&page, &form).await.expect(200);
        let (id, secret) = (shown_id(&page).unwrap(), shown_secret(&page).unwrap());
        let uri = format!("https://{name}.example/callback");
        let client = OAuthClient::known(instance, &id, Some(&secret), &uri).asking("openid");
        let page = browser.open(&client.authorization().target()).await;
        assert_eq!(page.status, 200, "it is not asked for consent");
        let other = instance.client(&postern_tests::Registration::confidential());
        let foreign: Tokens = other.tokens(&browser).await;
        assert!(!client.is_active(&foreign.access).await);
    }
}
