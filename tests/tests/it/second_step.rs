//! The second step of a sign-in: W01, W07 and W12 of codes, and what apps learn of it.

use std::time::{SystemTime, UNIX_EPOCH};

use futures_util::future::join_all;
use postern_tests::{Answer, Browser, Engine, Instance, Person, Registration, Tokens, on_both_databases};
use serde_json::{Value, json};
use totp_rs::{Builder, Secret, Totp};

use crate::teams::mails::mails;

const SETTINGS: &str = "/settings/security";
const APP: &str = "/settings/security/authenticator";
const STEP: &str = "/login/second-step";

/// Somebody with an authenticator app.
pub(crate) struct Owner {
    pub(crate) person: Person,
    pub(crate) browser: Browser,
    app: Totp,
    codes: Vec<String>,
}

#[expect(clippy::disallowed_methods, reason = "the server that is asked runs by the system's clock")]
pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

impl Owner {
    /// Sets the app up with the code of the step before: those of now and after are still to be used.
    pub(crate) async fn of(instance: &Instance) -> Self {
        let person = instance.person();
        let browser = instance.browser_of(&person).await;
        let page = browser.open(APP).await.expect(200);
        let app = secret_of(&page);
        let form = page.form(APP).fill("code", &app.generate(now() - 30).to_string());
        let made = browser.submit(&page, &form).await.expect(200);
        let text = made.document().text();
        let codes: Vec<String> =
            text.split_whitespace().filter(|word| is_code(word)).map(str::to_owned).collect();
        assert_eq!(codes.len(), 10, "{text}");
        codes.iter().for_each(|code| instance.secrets().add(code));
        Self { person, browser, app, codes }
    }

    /// What the app shows so many steps from now.
    pub(crate) fn code(&self, steps: u64) -> String {
        self.app.generate(now() + 30 * steps).to_string()
    }

    /// A browser in which the right password was given.
    async fn after_first_step(&self, instance: &Instance) -> (Browser, Answer) {
        let browser = instance.browser();
        let page = browser.try_sign_in(&self.person.username, &self.person.password).await;
        assert_eq!(page.url.path(), STEP, "{page:?}");
        (browser, page)
    }
}

fn is_code(word: &str) -> bool {
    let ok =
        |part: &str| part.len() == 5 && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    word.len() == 11 && word.split_once('-').is_some_and(|(left, right)| ok(left) && ok(right))
}

pub(crate) fn secret_of(page: &Answer) -> Totp {
    let text = page.text();
    assert!(text.contains("<svg class=\"qr\"") && !text.contains("data:image"), "{text}");
    let secret =
        text.split("<code id=\"secret\">").nth(1).unwrap().split('<').next().unwrap().replace(' ', "");
    Builder::new().with_secret(Secret::try_from_base32(&secret).unwrap()).build().unwrap()
}

async fn enter(browser: &Browser, page: &Answer, code: &str) -> Answer {
    browser.submit(page, &page.form(STEP).fill("code", code)).await
}

fn id_token(tokens: &Tokens) -> Value {
    use base64::Engine as _;
    let body = tokens.id.split('.').nth(1).unwrap();
    serde_json::from_slice(&base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(body).unwrap()).unwrap()
}

on_both_databases! {
    async fn a_sign_in_takes_two_steps_and_apps_learn_of_it(engine: Engine) {
        let instance = Instance::start(engine).await;
        let owner = Owner::of(&instance).await;
        assert!(owner.browser.is_signed_in().await);
        let (browser, page) = owner.after_first_step(&instance).await;
        assert!(!browser.is_signed_in().await, "the password alone");
        let between = browser.cookies();
        let wrong = enter(&browser, &page, "000000").await;
        assert!(wrong.status == 422 && wrong.url.path() == STEP, "{wrong:?}");
        let code = owner.code(0);
        let done = enter(&browser, &page, &code).await.expect(200);
        assert_eq!(done.url.path(), "/", "{done:?}");
        assert!(browser.is_signed_in().await);
        assert!(!browser.cookies().keys().any(|name| name.ends_with("step")), "{:?}", browser.cookies());
        // What was kept between the steps is dead on the server; so is the code.
        let stale = instance.browser();
        stale.set_cookies(between);
        assert_eq!(stale.open(STEP).await.url.path(), "/login");
        let (again, page) = owner.after_first_step(&instance).await;
        let refused = enter(&again, &page, &code).await;
        assert!(refused.status == 422 && !again.is_signed_in().await, "{refused:?}");
        let client = instance.client(&Registration::confidential());
        let claims = id_token(&client.tokens(&browser).await);
        assert_eq!((&claims["amr"], &claims["acr"]), (&json!(["pwd", "otp", "mfa"]), &json!("https://refeds.org/profile/mfa")));
        // prompt=login asks for both again.
        let asked = client.authorization().with("prompt", "login");
        let page = browser.open(&asked.target()).await.expect(200);
        let page = browser.fill_sign_in(&page, &owner.person.username, &owner.person.password).await;
        assert_eq!(page.url.path(), STEP, "{page:?}");
        let back = enter(&browser, &page, &owner.codes[0]).await;
        assert!(!browser.finish(back, "allow").await.code().is_empty());
        instance.secrets().assert_absent_from("the log", &instance.log());
    }

    async fn guesses_of_codes_are_counted_exactly(engine: Engine) {
        let instance = Instance::start(engine).await;
        let owner = Owner::of(&instance).await;
        let (browser, page) = owner.after_first_step(&instance).await;
        let guesses = (0..40).map(|at| {
            let guess = page.form(STEP).fill("code", &format!("{at:06}"));
            let request = Browser::request(&page, &guess).header("x-forwarded-for", format!("10.0.0.{at}"));
            browser.send(request)
        });
        let statuses: Vec<u16> = join_all(guesses).await.iter().map(|answer| answer.status).collect();
        let count = |wanted| statuses.iter().filter(|status| **status == wanted).count();
        assert_eq!((count(422), count(429)), (5, 35), "{statuses:?}");
        assert_eq!(enter(&browser, &page, &owner.code(0)).await.status, 429);
        // The owner on a device that signed in before has a budget of their own.
        let page = owner.browser.open("/logout").await;
        let _ = owner.browser.submit(&page, &page.form("/logout")).await;
        let page = owner.browser.try_sign_in(&owner.person.username, &owner.person.password).await;
        let _ = enter(&owner.browser, &page, &owner.code(0)).await.expect(200);
        assert!(owner.browser.is_signed_in().await);
    }

    async fn of_one_code_sent_often_one_signs_in(instance: &Instance) {
        let owner = Owner::of(instance).await;
        let code = owner.code(0);
        let mut waiting = Vec::new();
        for _ in 0..4 {
            waiting.push(owner.after_first_step(instance).await);
        }
        let answers = join_all(waiting.iter().map(|(browser, page)| enter(browser, page, &code))).await;
        assert_eq!(answers.iter().filter(|answer| answer.url.path() == "/").count(), 1, "{answers:?}");
    }

    async fn recovery_codes_are_good_once_and_can_be_made_anew(engine: Engine) {
        let instance = Instance::start(engine).await;
        let owner = Owner::of(&instance).await;
        let (browser, page) = owner.after_first_step(&instance).await;
        let _ = enter(&browser, &page, &owner.codes[3].to_uppercase()).await.expect(200);
        assert!(browser.is_signed_in().await);
        assert!(browser.open(SETTINGS).await.text().contains("9 recovery codes are left"));
        let (again, page) = owner.after_first_step(&instance).await;
        assert_eq!(enter(&again, &page, &owner.codes[3]).await.status, 422);
        let page = browser.open("/settings/security/recovery-codes").await.expect(200);
        let made = browser.submit(&page, &page.form("/settings/security/recovery-codes")).await.expect(200);
        assert_eq!(made.document().text().split_whitespace().filter(|word| is_code(word)).count(), 10);
        assert_eq!(enter(&again, &again.open(STEP).await.expect(200), &owner.codes[4]).await.status, 422, "an old one");
        let written = mails(&instance, &owner.person.email, 5).await;
        for subject in ["A second step was set up", "A recovery code was used", "New recovery codes were made"] {
            assert!(written.iter().any(|mail| mail.contains(subject)), "{subject}: {written:?}");
        }
    }

    async fn what_weakens_an_account_wants_both_afresh(engine: Engine) {
        let instance = Instance::start(engine).await;
        let owner = Owner::of(&instance).await;
        instance.database().execute("UPDATE sessions SET auth_time = auth_time - 1000").await;
        instance.restart();
        instance.wait_until_ready().await;
        let browser = owner.browser.on(&instance);
        for path in [APP, "/settings/security/authenticator/remove"] {
            assert_eq!(browser.open(path).await.url.path(), "/reauthenticate", "{path}");
        }
        let page = browser.open("/settings/security/recovery-codes").await.expect(200);
        let asked = browser.submit(&page, &page.form("/settings/security/recovery-codes")).await;
        assert_eq!(asked.url.path(), "/reauthenticate", "{asked:?}");
        let page = browser.open(SETTINGS).await.expect(200);
        let form = page.form(SETTINGS).fill("current_password", &owner.person.password);
        let asked = browser.submit(&page, &form.fill("new_password", "an entirely new pass phrase")).await;
        assert_eq!(asked.url.path(), "/reauthenticate", "{asked:?}");
        // A password is half of it.
        let form = || asked.form("/reauthenticate").fill("password", &owner.person.password);
        for code in ["", "000000"] {
            let refused = browser.submit(&asked, &form().forge("code", code)).await;
            assert_eq!((refused.status, refused.url.path()), (422, "/reauthenticate"), "{refused:?}");
        }
        let proved = browser.submit(&asked, &form().fill("code", &owner.code(0))).await.expect(200);
        assert_eq!(proved.url.path(), SETTINGS, "{proved:?}");
        let page = browser.open("/settings/security/authenticator/remove").await.expect(200);
        let removed = browser.submit(&page, &page.form("/settings/security/authenticator/remove")).await.expect(200);
        assert!(removed.text().contains("The second step is removed"), "{removed:?}");
        let _ = instance.browser().sign_in(&owner.person).await;
    }

    async fn a_second_step_survives_recovery_and_is_reset_by_an_operator(engine: Engine) {
        let instance = Instance::start(engine).await;
        let owner = Owner::of(&instance).await;
        let made = instance.cli(&["user", "recover", &owner.person.username]).json();
        let url = made["url"].as_str().unwrap();
        let browser = instance.browser();
        let page = browser.open(&url[url.find("/recover/").unwrap()..]).await.expect(200);
        let new = "an entirely new pass phrase";
        let _ = browser.submit(&page, &page.form("/recover/password").fill("new_password", new)).await.expect(200);
        let asked = browser.try_sign_in(&owner.person.username, new).await;
        assert_eq!(asked.url.path(), STEP, "{asked:?}");
        let done = instance.cli(&["user", "reset-factors", &owner.person.email]);
        assert_eq!(done.code, 0, "{done:?}");
        assert_eq!(instance.cli(&["user", "reset-factors", &owner.person.email]).code, 1, "there is none any more");
        let _ = browser.try_sign_in(&owner.person.username, new).await;
        assert!(browser.is_signed_in().await);
    }
}
