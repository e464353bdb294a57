//! Passkeys, with a device that the browser plays.

use postern_tests::chromium::{Chromium, Device, Setup};
use postern_tests::{Browser, Engine, Instance, Person, Registration};
use serde_json::{Value, json};

use super::pages::assert_good;
use super::{at, click, fill, press, sign_in, wait_for_text};
use crate::passkeys::named;
use crate::teams::mails::mails;

const SECURITY: &str = "/settings/security";
const MINE: Device = Device { verifies: true, syncs: false };

/// Somebody with a passkey in their browser's device.
struct Owner {
    instance: Instance,
    person: Person,
    browser: Chromium,
    device: String,
}

impl Owner {
    async fn of(instance: Instance, device: Device) -> Self {
        let person = instance.person();
        let browser = Chromium::start(Setup::default()).await.unwrap();
        browser.open(&at(&instance, "/login")).await.unwrap();
        let device = browser.plug_in(device).await.unwrap();
        sign_in(&browser, &person).await;
        let owner = Self { instance, person, browser, device };
        owner.is_in().await;
        owner.add("Phone").await;
        wait_for_text(&owner.browser, "Your recovery codes").await;
        let codes = owner.browser.text(&owner.browser.find("#codes").await.unwrap()).await.unwrap();
        codes.split_whitespace().for_each(|code| owner.instance.secrets().add(code));
        click(&owner.browser, "#done").await;
        wait_for_text(&owner.browser, "Phone").await;
        owner
    }

    fn at(&self, path: &str) -> String {
        at(&self.instance, path)
    }

    async fn is_in(&self) {
        wait_for_text(&self.browser, &format!("Signed in as {}", self.person.username)).await;
    }

    async fn add(&self, name: &str) {
        self.browser.open(&self.at("/settings/security/passkeys/new")).await.unwrap();
        fill(&self.browser, "#name", name).await;
        click(&self.browser, "#add").await;
    }

    /// Forgets who is signed in, and asks for a page.
    async fn begin_again(&self, path: &str) {
        self.browser.devtools("Network.clearBrowserCookies", &json!({})).await.unwrap();
        self.browser.open(&self.at(path)).await.unwrap();
    }

    /// From the next page on the browser offers nothing by itself, so that a device that is refused is not tried again and again.
    async fn offer_nothing(&self) {
        let script = "PublicKeyCredential.isConditionalMediationAvailable = async () => false;";
        let parameters = json!({ "source": script });
        self.browser.devtools("Page.addScriptToEvaluateOnNewDocument", &parameters).await.unwrap();
    }

    async fn use_passkey(&self) {
        click(&self.browser, "#passkey").await;
    }

    /// Tries the device that is plugged in, for nothing.
    async fn is_refused(&self) {
        self.begin_again("/login").await;
        self.use_passkey().await;
        wait_for_text(&self.browser, "This passkey did not help").await;
    }

    /// What an app learns of how the person signed in.
    async fn claims(&self) -> (Value, Value) {
        let cookies = self.browser.devtools("Network.getCookies", &json!({})).await.unwrap();
        let text = |cookie: &Value, name: &str| cookie[name].as_str().unwrap().to_owned();
        let cookies = cookies["cookies"].as_array().unwrap().iter();
        let browser: Browser = self.instance.browser();
        browser.set_cookies(cookies.map(|cookie| (text(cookie, "name"), text(cookie, "value"))).collect());
        let client = self.instance.client(&Registration::confidential());
        let claims = client.tokens(&browser).await.claims();
        (claims["amr"].clone(), claims["acr"].clone())
    }

    async fn acts(&self, action: &str) -> i64 {
        let sql = format!("SELECT count(*) FROM audit_events WHERE action = '{action}'");
        self.instance.database().number(&sql).await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_passkey_signs_in_alone_and_is_the_second_step_of_a_password() {
    let owner = Owner::of(named(Engine::Sqlite).await, MINE).await;
    let mfa = json!("https://refeds.org/profile/mfa");
    assert_eq!(owner.claims().await, (json!(["pwd", "hwk", "user", "mfa"]), mfa.clone()));
    // Nobody types a name: the browser offers the passkey by itself, and the device that it plays asks nobody.
    owner.begin_again("/login").await;
    owner.is_in().await;
    assert_eq!(owner.claims().await, (json!(["hwk", "user", "mfa"]), mfa.clone()));
    // The password alone is not enough any more.
    owner.browser.verify(&owner.device, false).await.unwrap();
    owner.begin_again("/login").await;
    sign_in(&owner.browser, &owner.person).await;
    owner.browser.wait_for_url("/login/second-step").await.unwrap();
    // Whoever holds the device is not its owner.
    owner.use_passkey().await;
    wait_for_text(&owner.browser, "No passkey was used").await;
    owner.browser.verify(&owner.device, true).await.unwrap();
    assert_good(&owner.browser, "second step by passkey", &owner.at("/login/second-step")).await;
    owner.use_passkey().await;
    owner.is_in().await;
    assert_eq!(owner.claims().await, (json!(["pwd", "hwk", "user", "mfa"]), mfa));
    let sent = mails(&owner.instance, &owner.person.email, 1).await;
    assert!(sent.iter().any(|mail| mail.contains("A passkey was added")), "{sent:?}");
    assert_eq!(owner.acts("user.passkey_added").await, 1);
    owner.instance.secrets().assert_absent_from("the log", &owner.instance.log());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn passkeys_are_named_and_removed_and_prove_it_afresh() {
    let owner = Owner::of(named(Engine::Sqlite).await, Device { verifies: true, syncs: true }).await;
    let browser = &owner.browser;
    // The device has one already.
    owner.add("Phone again").await;
    wait_for_text(browser, "has a passkey of your account already").await;
    browser.unplug(&owner.device).await.unwrap();
    let key = browser.plug_in(MINE).await.unwrap();
    owner.add("Blue key").await;
    wait_for_text(browser, "The passkey is added").await;
    assert_good(browser, "passkeys", &owner.at(SECURITY)).await;
    press(browser, "Edit").await;
    wait_for_text(browser, "Passkey").await;
    let one = browser.url().await.unwrap();
    assert_good(browser, "passkey", &one).await;
    fill(browser, "#name", "Old phone").await;
    click(browser, "#save").await;
    wait_for_text(browser, "Old phone").await;
    // A while later, the one that is there proves it.
    owner.instance.database().execute("UPDATE sessions SET auth_time = auth_time - 1000").await;
    owner.instance.restart();
    owner.instance.wait_until_ready().await;
    browser.open(&format!("{one}/remove")).await.unwrap();
    browser.wait_for_url("/reauthenticate").await.unwrap();
    assert_good(browser, "proof by passkey", &browser.url().await.unwrap()).await;
    owner.use_passkey().await;
    wait_for_text(browser, "Remove the passkey Old phone?").await;
    assert_good(browser, "passkey remove", &browser.url().await.unwrap()).await;
    click(browser, "#remove").await;
    wait_for_text(browser, "The passkey is removed").await;
    assert!(!browser.body().await.unwrap().contains("Old phone"));
    assert_eq!(owner.claims().await.0, json!(["hwk", "user", "mfa"]));
    // The last one takes the second step with it.
    press(browser, "Edit").await;
    press(browser, "Remove").await;
    wait_for_text(browser, "It is your last second factor").await;
    click(browser, "#remove").await;
    wait_for_text(browser, "your password alone is enough").await;
    browser.unplug(&key).await.unwrap();
    owner.begin_again("/login").await;
    sign_in(browser, &owner.person).await;
    owner.is_in().await;
    for (action, times) in
        [("user.passkey_added", 2), ("user.passkey_renamed", 1), ("user.passkey_removed", 2)]
    {
        assert_eq!(owner.acts(action).await, times, "{action}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn copied_keys_closed_accounts_and_reset_factors_are_refused() {
    let owner = Owner::of(named(Engine::Sqlite).await, MINE).await;
    let browser = &owner.browser;
    owner.offer_nothing().await;
    // Somebody has a copy of the key from the first day.
    let copy = browser.keys(&owner.device).await.unwrap().remove(0);
    owner.begin_again("/login").await;
    owner.use_passkey().await;
    owner.is_in().await;
    browser.unplug(&owner.device).await.unwrap();
    let theirs = browser.plug_in(MINE).await.unwrap();
    browser.put_key(&theirs, &copy).await.unwrap();
    owner.is_refused().await;
    assert_eq!(owner.acts("user.passkey_locked").await, 1, "a count that did not go up was taken");
    let locked = "SELECT count(*) FROM passkeys WHERE locked_at IS NOT NULL";
    assert_eq!(owner.instance.database().number(locked).await, 1);
    // The copy counts on, and still nobody gets in by it.
    owner.is_refused().await;
    assert_eq!(owner.acts("user.passkey_locked").await, 1);
    browser.unplug(&theirs).await.unwrap();
    let done = owner.instance.cli(&["user", "reset-factors", &owner.person.email]);
    assert_eq!(done.code, 0, "{done:?}");
    assert_eq!(owner.instance.database().number("SELECT count(*) FROM passkeys").await, 0);
    owner.begin_again("/login").await;
    sign_in(browser, &owner.person).await;
    owner.is_in().await;
    let device = browser.plug_in(MINE).await.unwrap();
    owner.add("Phone").await;
    wait_for_text(browser, "Your recovery codes").await;
    owner.instance.database().execute("UPDATE users SET state = 'disabled'").await;
    owner.instance.restart();
    owner.instance.wait_until_ready().await;
    owner.is_refused().await;
    browser.unplug(&device).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_says_what_passkeys_take() {
    let instance = named(Engine::Sqlite).await;
    let person = instance.person();
    let browser = Chromium::start(Setup { javascript: false, ..Setup::default() }).await.unwrap();
    browser.open(&at(&instance, "/login")).await.unwrap();
    sign_in(&browser, &person).await;
    wait_for_text(&browser, &format!("Signed in as {}", person.username)).await;
    browser.open(&at(&instance, "/settings/security/passkeys/new")).await.unwrap();
    wait_for_text(&browser, "This takes JavaScript").await;
    let page = Chromium::start(Setup::default()).await.unwrap();
    page.open(&at(&instance, "/login")).await.unwrap();
    sign_in(&page, &person).await;
    wait_for_text(&page, &format!("Signed in as {}", person.username)).await;
    assert_good(&page, "passkey new", &at(&instance, "/settings/security/passkeys/new")).await;
}
