//! `/register` and `/setup`: how accounts begin.

use postern_tests::{Answer, Browser, Engine, Instance, Person, on_both_databases};

pub(crate) async fn sign_up(browser: &Browser, person: &Person) -> Answer {
    let page = browser.open("/register").await.expect(200);
    browser.wire().secrets().add(&person.password);
    let form = fill(page.form("/register"), person);
    browser.submit(&page, &form).await
}

fn fill(form: postern_tests::Form, person: &Person) -> postern_tests::Form {
    form.fill("username", &person.username)
        .fill("email", &person.email)
        .fill("name", &person.name)
        .fill("password", &person.password)
}

on_both_databases! {
    async fn strangers_may_sign_up_where_it_is_open(instance: &Instance) {
        let person = Person::new();
        let browser = instance.browser();
        let _ = sign_up(&browser, &person).await;
        assert!(browser.is_signed_in().await);
        let elsewhere = instance.browser();
        elsewhere.sign_in(&person).await;
    }

    async fn what_is_wrong_stands_beside_the_field_and_nothing_is_lost(instance: &Instance) {
        let taken = instance.person();
        let good = Person::new();
        let wrong = [
            ("username", "x"), ("username", "a b"), ("username", "a@b"), ("username", &taken.username.to_uppercase()),
            ("email", "nobody"), ("email", "a@b"), ("password", "short"), ("password", "password1"),
            ("password", "12345678"), ("name", "a\u{202e}b"),
        ];
        for (field, value) in wrong {
            let browser = instance.browser();
            let page = browser.open("/register").await.expect(200);
            let answer = browser.submit(&page, &fill(page.form("/register"), &good).fill(field, value)).await;
            assert_eq!(answer.url.path(), "/register", "{field}={value}: {answer:?}");
            assert!([200, 400, 422].contains(&answer.status), "{field}={value}: {answer:?}");
            let form = answer.form("/register");
            let kept = if field == "email" { ("username", good.username.as_str()) } else { ("email", good.email.as_str()) };
            assert_eq!(form.value(kept.0), Some(kept.1), "{field}={value}");
            assert_eq!(form.value("password"), Some(""), "a password is shown again");
            assert!(!browser.is_signed_in().await, "{field}={value}");
        }
    }

    async fn nobody_learns_who_has_which_address(instance: &Instance) {
        let known = instance.person();
        let mut told = Vec::new();
        for email in [known.email.clone(), known.email.to_uppercase(), Person::new().email] {
            let (browser, person) = (instance.browser(), Person { email: email.clone(), ..Person::new() });
            let answer = sign_up(&browser, &person).await;
            assert!(browser.is_signed_in().await, "{email}: {answer:?}");
            let words = [(&person.username, "NAME"), (&person.email, "EMAIL"), (&person.name, "PERSON")];
            let text = words.iter().fold(answer.text(), |text, (what, word)| text.replace(what.as_str(), word));
            told.push((answer.status, answer.url.path().to_owned(), text.lines().count()));
        }
        assert!(told.iter().all(|answer| *answer == told[0]), "{told:?}");
        // It identifies its owner, and nobody else.
        instance.browser().sign_in(&known).await;
        let by_address = Person { username: known.email.clone(), ..known };
        instance.browser().sign_in(&by_address).await;
    }

    async fn it_is_closed_unless_it_is_opened(engine: Engine) {
        let instance = Instance::start(engine).await;
        let browser = instance.browser();
        let page = browser.open("/register").await;
        assert!([403, 404].contains(&page.status), "{page:?}");
        assert!(!browser.open("/login").await.text().contains("/register"));
    }

    async fn the_setup_link_makes_one_administrator(engine: Engine) {
        let instance = Instance::start(engine).await;
        let link = setup_link(&instance.log()).expect("a link on standard output");
        let browsers: Vec<Browser> = (0..32).map(|_| instance.browser()).collect();
        let mut forms = Vec::new();
        for browser in &browsers {
            let page = browser.open(&link).await.expect(200);
            let person = Person::new();
            instance.secrets().add(&person.password);
            let form = fill(page.form("/setup"), &person);
            forms.push((page, form));
        }
        let racers = browsers.iter().zip(&forms).map(|(browser, (page, form))| browser.submit(page, form));
        let answers = futures_util::future::join_all(racers).await;
        let mut winners = 0;
        for browser in &browsers {
            winners += usize::from(browser.is_signed_in().await);
        }
        assert_eq!(winners, 1, "{:?}", answers.iter().map(|answer| answer.status).collect::<Vec<_>>());
        assert_eq!(instance.database().number("SELECT count(*) FROM users").await, 1);
        let late = instance.browser().open(&link).await;
        assert!(late.status >= 400 || late.url.path() != "/setup", "{late:?}");
        instance.restart();
        instance.wait_until_ready().await;
        assert_eq!(instance.log().matches("/setup?").count(), 1, "a second link was made:\n{}", instance.log());
    }

    async fn without_the_link_there_is_no_setup(engine: Engine) {
        let instance = Instance::start(engine).await;
        for target in ["/setup", "/setup?token=", "/setup?token=x", "/setup?token=postern_at_x"] {
            let page = instance.browser().open(target).await;
            assert!(page.status >= 400 || page.url.path() != "/setup", "{target}: {page:?}");
        }
    }
}

/// The one-time link, as the server says it when it starts on an empty database.
pub(crate) fn setup_link(log: &str) -> Option<String> {
    let at = log.find("/setup?")?;
    let link = log[at..].split(|c: char| c.is_whitespace() || c == '"' || c == '\u{1b}').next()?;
    Some(link.to_owned())
}
