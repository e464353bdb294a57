//! `/recover`: W06, W09 and what a link is good for.

use postern_tests::{Answer, Browser, Engine, Instance, Person, on_both_databases, unique};

use crate::teams::mails::{CLAIMS, link, mails};

const NEW: &str = "an entirely new pass phrase";

async fn ask(browser: &Browser, identifier: &str, header: Option<(&str, &str)>) -> Answer {
    let page = browser.open("/recover").await.expect(200);
    let request = Browser::request(&page, &page.form("/recover").fill("identifier", identifier));
    let request = header.into_iter().fold(request, |request, (name, value)| request.header(name, value));
    browser.send(request).await
}

/// The links that were written to somebody, once there are so many.
async fn links(instance: &Instance, person: &Person, count: usize) -> Vec<String> {
    for _ in 0..100 {
        let found = mails(instance, &person.email, count).await;
        let found: Vec<_> = found.iter().filter(|mail| mail.contains("/recover/password?")).collect();
        if found.len() >= count {
            let links = found.iter().map(|mail| link(mail, "/recover/password?recovery="));
            return links.inspect(|link| instance.secrets().add(link.split_once('=').unwrap().1)).collect();
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("not {count} links to {}", person.email)
}

async fn set(browser: &Browser, link: &str, new: &str) -> Answer {
    let page = browser.open(link).await.expect(200);
    browser.wire().secrets().add(new);
    browser.submit(&page, &page.form("/recover/password").fill("new_password", new)).await
}

on_both_databases! {
    async fn a_lost_password_is_replaced_by_a_link(engine: Engine) {
        let instance = Instance::start(engine).await;
        let person = instance.person();
        let signed_in = instance.browser_of(&person).await;
        let browser = instance.browser();
        let page = browser.open("/login").await.expect(200);
        assert!(page.document().attributes("href").iter().any(|href| href.starts_with("/recover?")), "{page:?}");
        let asked = ask(&browser, &person.username, None).await;
        let asked = browser.follow(asked).await.expect(200);
        assert!(asked.text().contains("Look into your mailbox") && !asked.text().contains(&person.username), "{asked:?}");
        let link = links(&instance, &person, 1).await.remove(0);
        // Programs that read mails open links, and more than once.
        for _ in 0..3 {
            let page = instance.browser().open(&link).await.expect(200);
            assert_eq!(page.header("referrer-policy"), "same-origin");
        }
        let weak = set(&browser, &link, "password1").await;
        assert_eq!(weak.status, 422, "{weak:?}");
        assert!(signed_in.is_signed_in().await);
        let done = set(&browser, &link, NEW).await.expect(200);
        assert!(done.url.path() == "/login" && done.text().contains("password is changed"), "{done:?}");
        assert!(!signed_in.is_signed_in().await, "a session from before still works");
        assert_eq!(browser.open(&link).await.status, 404, "a used link");
        let _ = browser.try_sign_in(&person.username, &person.password).await;
        assert!(!browser.is_signed_in().await, "the old password still works");
        let _ = browser.try_sign_in(&person.email, NEW).await;
        assert!(browser.is_signed_in().await);
        // The sign-ins in two new browsers, the link, and that it was used.
        let written = mails(&instance, &person.email, 4).await;
        for subject in ["Your password was changed", "New sign-in: Firefox on Linux", "Set another password at Postern"] {
            assert!(written.iter().any(|mail| mail.contains(subject)), "{subject}: {written:?}");
        }
        instance.secrets().assert_absent_from("the log", &instance.log());
    }

    async fn who_gets_an_account_made_chooses_the_password(engine: Engine) {
        let instance = Instance::start(engine).await;
        let console = instance.browser_of(&instance.administrator()).await;
        let name = unique("grace");
        let person = Person { email: format!("{name}@example.com"), username: name, ..instance.person() };
        let page = console.open("/admin/users/new").await.expect(200);
        let form = page.form("/admin/users/new").fill("username", &person.username).fill("email", &person.email);
        let made = console.submit(&page, &form).await.expect(200);
        assert!(made.url.path().starts_with("/admin/users/"), "{made:?}");
        let again = console.submit(&page, &form).await;
        assert!(again.status == 422 && again.text().contains(&person.email), "{again:?}");
        let link = links(&instance, &person, 1).await.remove(0);
        let browser = instance.browser();
        let done = set(&browser, &link, NEW).await.expect(200);
        assert_eq!(done.url.path(), "/login", "{done:?}");
        assert_eq!(browser.open(&link).await.status, 404, "a used link");
        let _ = browser.try_sign_in(&person.username, NEW).await;
        assert!(browser.is_signed_in().await);
    }

    async fn who_exists_is_not_told(engine: Engine) {
        let instance = Instance::start_with(engine, &[("rate_limits.recovery", "1000")]).await;
        let (open, closed) = (instance.person(), instance.person());
        let unverified = instance.person();
        instance.database().execute(&format!("UPDATE users SET state = 'disabled' WHERE username = '{}'", closed.username)).await;
        instance.database().execute(&format!("UPDATE users SET email_verified = FALSE WHERE username = '{}'", unverified.username)).await;
        let browser = instance.browser();
        let page = browser.open("/recover").await.expect(200);
        let mut shapes = std::collections::BTreeSet::new();
        let mut tried = vec!["nobody".to_owned(), "nobody@example.com".to_owned(), "x".repeat(2_000)];
        for person in [&open, &closed, &unverified] {
            tried.extend([person.username.clone(), person.email.to_uppercase()]);
        }
        for name in &tried {
            let form = page.form("/recover").fill("identifier", name);
            let answer = browser.send(Browser::request(&page, &form)).await;
            let told = browser.follow(answer.clone()).await;
            shapes.insert((answer.status, answer.text(), answer.location(), told.status, told.text()));
        }
        assert_eq!(shapes.len(), 1, "{shapes:#?}");
        assert_eq!(links(&instance, &open, 2).await.len(), 2);
        let links = "SELECT count(*) FROM recovery_links";
        assert_eq!(instance.database().number(links).await, 1);
        assert_eq!(instance.database().number("SELECT count(*) FROM mails").await, 2);
    }

    async fn links_lead_to_the_configured_address_and_end(engine: Engine) {
        let instance = Instance::start_with(engine, &[("rate_limits.recovery", "1000")]).await;
        let public = instance.public_url().as_str().trim_end_matches('/').to_owned();
        for claims in CLAIMS.chunks(3) {
            let person = instance.person();
            let mut asked = 0;
            for claim in claims {
                let answer = ask(&instance.browser(), &person.email, Some(*claim)).await;
                assert!([303, 400, 403, 421].contains(&answer.status), "{claim:?}: {answer:?}");
                assert!(!answer.text().contains("evil"), "{claim:?}: {answer:?}");
                asked += usize::from(answer.status == 303);
            }
            for mail in mails(&instance, &person.email, asked).await {
                assert!(!mail.contains("evil") && !mail.contains(":6666"), "{mail}");
                assert!(mail.contains(&format!("{public}/recover/password?recovery=")), "{mail}");
            }
        }
        let person = instance.person();
        let (browser, mut seen) = (instance.browser(), Vec::new());
        for count in 1..=2 {
            let _ = ask(&browser, &person.email, None).await;
            let new = links(&instance, &person, count).await.into_iter().find(|link| !seen.contains(link));
            seen.push(new.unwrap());
        }
        assert_eq!(browser.open(&seen[0]).await.status, 404, "not the newest");
        let _ = browser.open(&seen[1]).await.expect(200);
        instance.database().execute("UPDATE recovery_links SET expires_at = 1000").await;
        assert_eq!(browser.open(&seen[1]).await.status, 404, "over");
        for made_up in ["", "?recovery=", "?recovery=AAAA", "?recovery=%27%20OR%201%3D1"] {
            assert_eq!(browser.open(&format!("/recover/password{made_up}")).await.status, 404, "{made_up}");
        }
    }

    async fn an_operator_hands_a_link_over(instance: &Instance) {
        let person = instance.person();
        let made = instance.cli(&["user", "recover", &person.username]).json();
        let url = made["url"].as_str().unwrap();
        assert!(url.starts_with(instance.public_url().as_str()), "{made}");
        let path = &url[url.find("/recover/password?").unwrap()..];
        instance.secrets().add(path.split_once('=').unwrap().1);
        let browser = instance.browser();
        let _ = set(&browser, path, NEW).await.expect(200);
        let _ = browser.try_sign_in(&person.username, NEW).await;
        assert!(browser.is_signed_in().await);
        assert_eq!(instance.cli(&["user", "recover", "nobody"]).code, 1);
    }
}
