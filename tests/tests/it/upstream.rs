//! Sign-in by another Postern: `/login/upstream/{name}` and *Sign-in providers* under `/settings/security`.

use std::fs;

use postern_tests::{
    Answer, Browser, Engine, Instance, OAuthClient, Person, Registration, Request, on_both_databases,
};
use url::Url;

const BEGIN: &str = "/login/upstream/acme";
const SECURITY: &str = "/settings/security";
const PROVIDERS: &str = "/settings/security/providers";

/// Two servers, of which one signs people in by the other.
struct World {
    /// The provider.
    acme: Instance,
    /// The one that people want to use.
    here: Instance,
    client: OAuthClient,
}

impl World {
    async fn new(engine: Engine, settings: &str) -> Self {
        let acme = Instance::start(engine).await;
        let allowed = [("outbound.allow", "127.0.0.0/8")];
        let here = Instance::set_up(engine, &allowed);
        let callback = here.public_url().join("/login/upstream/acme/callback").unwrap();
        let client = acme.client(&Registration::confidential().redirect_uris(&[callback.as_str()]));
        here.secrets().add(client.secret.as_deref().unwrap());
        let world = Self { acme, here, client };
        world.configure(settings).await;
        world
    }

    /// Starts the server with these settings of the provider.
    async fn configure(&self, settings: &str) {
        let issuer = self.acme.public_url().as_str().trim_end_matches('/');
        let (id, secret) = (&self.client.id, self.client.secret.as_deref().unwrap());
        fs::write(self.here.folder().join("acme.secret"), format!("{secret}\n")).unwrap();
        let file = format!(
            "[upstream.acme]\npreset = \"postern\"\nlabel = \"Acme\"\nissuer = \"{issuer}\"\nclient_id = \"{id}\"\n\
             client_secret_file = \"acme.secret\"\n{settings}\n"
        );
        fs::write(self.here.folder().join("postern.toml"), file).unwrap();
        self.here.restart();
        self.here.wait_until_ready().await;
    }

    /// Somebody with an account at the provider, signed in there.
    async fn somebody(&self) -> (Person, Browser) {
        let person = self.acme.person();
        let browser = self.acme.browser_of(&person).await;
        (person, browser)
    }

    /// Presses the provider's button on a page, and goes where that leads.
    async fn leave(&self, browser: &Browser, page: &Answer) -> Url {
        let away = browser.send(Browser::request(page, &page.form(BEGIN))).await.expect(303);
        away.location().unwrap_or_else(|| panic!("{away:?}"))
    }

    /// What the provider says of whoever is signed in there.
    async fn answer(&self, there: &Browser, asked: &Url) -> Url {
        let mut page = there.open(asked.as_str()).await;
        if page.url.path() == "/login" {
            page = there.submit(&page, &page.form("continue").press("continue")).await;
        }
        self.allowed(there, page).await
    }

    /// Where it leads to once the person has allowed it, if the provider asks.
    async fn allowed(&self, there: &Browser, mut page: Answer) -> Url {
        if page.status == 200 {
            page = there.send(Browser::request(&page, &page.form("allow").press("allow"))).await;
        }
        let back = page.location().unwrap_or_else(|| panic!("{page:?}"));
        assert_eq!(back.origin(), self.here.public_url().origin(), "{page:?}");
        back
    }

    /// There and back from a page.
    async fn through(&self, browser: &Browser, there: &Browser, page: &Answer) -> Answer {
        let asked = self.leave(browser, page).await;
        let back = self.answer(there, &asked).await;
        browser.open(back.as_str()).await
    }

    /// A sign-in from the sign-in page.
    async fn sign_in(&self, there: &Browser) -> (Browser, Answer) {
        let browser = self.here.browser();
        let page = browser.open("/login").await.expect(200);
        let answer = self.through(&browser, there, &page).await;
        (browser, answer)
    }
}

/// Whose account is open in a browser, by its user name.
async fn who(browser: &Browser) -> String {
    let page = browser.open("/settings/profile").await;
    assert_eq!(page.url.path(), "/settings/profile", "nobody is signed in");
    page.form("/settings/profile").value("username").unwrap().to_owned()
}

fn text(page: &Answer) -> String {
    page.document().text()
}

on_both_databases! {
    async fn a_stranger_signs_up_signs_in_and_gets_a_password(engine: Engine) {
        let world = World::new(engine, "sign_up = true").await;
        let (person, there) = world.somebody().await;
        // The app that waits survives the way there and back.
        let app = world.here.client(&Registration::confidential().with(&["--trusted"]));
        let browser = world.here.browser();
        let request = app.authorization();
        let page = browser.open(&request.target()).await.expect(200);
        let done = world.through(&browser, &there, &page).await;
        let back = done.location().unwrap_or_else(|| panic!("{done:?}"));
        assert!(back.as_str().starts_with(&app.redirect_uri), "{back}");
        assert_eq!(who(&browser).await, person.username);
        let code = back.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
        let tokens = postern_tests::Tokens::read(&app.redeem(&code, request.verifier.as_deref()).await);
        let claims = tokens.claims();
        assert_eq!((claims.get("amr"), claims.get("acr")), (None, None), "{claims}");
        // Again, elsewhere: the same person.
        let (again, page) = world.sign_in(&there).await;
        assert_eq!(page.url.path(), "/", "{page:?}");
        assert_eq!(who(&again).await, person.username);
        // The provider is the only way in until there is a password.
        let page = again.open(SECURITY).await.expect(200);
        assert!(text(&page).contains("This is your only way to sign in."), "{}", text(&page));
        assert!(!page.text().contains(&format!("action=\"{PROVIDERS}\"")));
        let form = page.form(SECURITY).fill("new_password", &person.password);
        let page = again.submit(&page, &form).await.expect(200);
        assert!(text(&page).contains("You can sign in with your password from now on."), "{}", text(&page));
        world.here.browser().sign_in(&person).await;
        let page = again.submit(&page, &page.form(PROVIDERS).press("disconnect")).await.expect(200);
        assert!(text(&page).contains("It is disconnected"), "{}", text(&page));
        // Who was disconnected is a stranger, and the address is taken.
        let (nobody, page) = world.sign_in(&there).await;
        assert!(text(&page).contains("An account here has the e-mail of your Acme account."), "{}", text(&page));
        assert!(!nobody.is_signed_in().await);
    }

    async fn somebody_connects_to_the_account_they_have(engine: Engine) {
        let world = World::new(engine, "").await;
        let (_, there) = world.somebody().await;
        let (stranger, page) = world.sign_in(&there).await;
        assert!(text(&page).contains("No account here is connected to your Acme account."), "{}", text(&page));
        assert!(!stranger.is_signed_in().await);
        let person = world.here.person();
        let browser = world.here.browser_of(&person).await;
        let page = browser.open(SECURITY).await.expect(200);
        let page = world.through(&browser, &there, &page).await.expect(200);
        assert!(text(&page).contains("Acme is connected"), "{}", text(&page));
        let (signed_in, _) = world.sign_in(&there).await;
        assert_eq!(who(&signed_in).await, person.username);
        // A second one, and both go again.
        let (_, other) = world.somebody().await;
        let page = browser.open(SECURITY).await.expect(200);
        let page = world.through(&browser, &other, &page).await.expect(200);
        assert_eq!(page.text().matches(&format!("action=\"{PROVIDERS}\"")).count(), 2);
        for left in [1, 0] {
            let page = browser.open(SECURITY).await.expect(200);
            let page = browser.submit(&page, &page.form(PROVIDERS).press("disconnect")).await.expect(200);
            assert_eq!(page.text().matches(&format!("action=\"{PROVIDERS}\"")).count(), left);
        }
        let (nobody, _) = world.sign_in(&there).await;
        assert!(!nobody.is_signed_in().await);
        // Somebody else's connection is nobody else's to take.
        let page = browser.open(SECURITY).await.expect(200);
        let page = world.through(&browser, &there, &page).await.expect(200);
        let form = page.form(PROVIDERS);
        let stranger = world.here.browser_of(&world.here.person()).await;
        let theirs = stranger.open(SECURITY).await.expect(200);
        let token = theirs.form(BEGIN).value("form_token").unwrap().to_owned();
        let refused = stranger.send(Browser::request(&theirs, &form.forge("form_token", &token))).await;
        assert_eq!(refused.status, 404, "{refused:?}");
        assert_eq!(who(&world.sign_in(&there).await.0).await, person.username);
    }

    async fn the_answer_counts_in_the_browser_that_asked_and_once(engine: Engine) {
        let world = World::new(engine, "sign_up = true").await;
        let (_, there) = world.somebody().await;
        let (victim, attacker) = (world.here.browser(), world.here.browser());
        let page = attacker.open("/login").await.expect(200);
        let asked = world.leave(&attacker, &page).await;
        let back = world.answer(&there, &asked).await;
        // A victim who follows the attacker's link is not signed in as the attacker.
        let page = victim.open(back.as_str()).await.expect(200);
        assert_eq!(page.url.path(), "/login");
        assert!(text(&page).contains("was begun in another browser"), "{}", text(&page));
        assert!(!victim.is_signed_in().await);
        // Nor is another answer taken in the place of the one that was asked for.
        for (name, value) in [("iss", "https://evil.example"), ("code", "another")] {
            let page = attacker.open("/login").await.expect(200);
            let asked = world.leave(&attacker, &page).await;
            let mut changed = world.answer(&there, &asked).await;
            let kept: Vec<_> = changed.query_pairs().into_owned().filter(|(known, _)| known != name).collect();
            changed.query_pairs_mut().clear().extend_pairs(kept).append_pair(name, value);
            let page = attacker.open(changed.as_str()).await.expect(200);
            assert!(page.url.path() == "/login" && !attacker.is_signed_in().await, "{name}: {page:?}");
        }
        let asked_again = { let page = attacker.open("/login").await.expect(200); world.leave(&attacker, &page).await };
        let back = world.answer(&there, &asked_again).await;
        let _ = attacker.open(back.as_str()).await;
        assert!(attacker.is_signed_in().await);
        let twice = attacker.open(back.as_str()).await;
        assert_eq!((twice.status, twice.url.path()), (200, "/"), "{twice:?}");
        let copy = world.here.browser();
        copy.set_cookies(attacker.cookies().into_iter().filter(|(name, _)| name.contains("upstream")).collect());
        let page = copy.open(back.as_str()).await.expect(200);
        assert!(page.url.path() == "/login" && !copy.is_signed_in().await);
        // A doubled parameter is a mistake, and a form of another site goes nowhere.
        let doubled = attacker.send(Request::get(format!("{BEGIN}/callback?state=a&state=b").as_str())).await;
        assert_eq!(doubled.status, 400, "{doubled:?}");
        let page = attacker.open("/login?other=1").await.expect(200);
        let forged = Browser::request(&page, &page.form(BEGIN).forge("form_token", "x"));
        assert_eq!(attacker.send(forged).await.status, 403);
    }

    async fn what_goes_wrong_is_said_on_the_page_it_began_on(engine: Engine) {
        let world = World::new(engine, "sign_up = true").await;
        let (_, there) = world.somebody().await;
        // No at the provider.
        let browser = world.here.browser();
        let page = browser.open("/login?return_to=%2Fsettings%2Ftokens").await.expect(200);
        let asked = world.leave(&browser, &page).await;
        let consent = there.open(asked.as_str()).await.expect(200);
        let no = there.send(Browser::request(&consent, &consent.form("deny").press("deny"))).await;
        let page = browser.open(no.location().unwrap().as_str()).await.expect(200);
        assert!(text(&page).contains("You did not go on at Acme. Nothing was changed."), "{}", text(&page));
        assert_eq!(page.form("/login").value("return_to"), Some("/settings/tokens"));
        // Nothing that an address says is shown but what we know.
        let page = browser.open("/login?upstream=acme&problem=%3Cscript%3E").await.expect(200);
        assert!(!page.text().contains("script>alert") && !text(&page).contains("<script>"));
        let page = browser.open("/login?upstream=%3Cb%3E&problem=denied").await.expect(200);
        assert!(!text(&page).contains("did not go on"));
        // A provider that is gone.
        let page = browser.open("/login").await.expect(200);
        world.acme.kill();
        world.here.restart();
        world.here.wait_until_ready().await;
        let page = browser.submit(&page, &page.form(BEGIN)).await.expect(200);
        assert!(text(&page).contains("Acme cannot be reached now."), "{}", text(&page));
        // A provider of which nobody knows.
        let page = browser.open("/login").await.expect(200);
        let mut form = page.form(BEGIN);
        form.action = "/login/upstream/nobody".to_owned();
        assert_eq!(browser.send(Browser::request(&page, &form)).await.status, 404);
    }

    async fn a_disabled_provider_lets_nobody_in(engine: Engine) {
        let world = World::new(engine, "").await;
        let (_, there) = world.somebody().await;
        let person = world.here.person();
        let browser = world.here.browser_of(&person).await;
        let page = browser.open(SECURITY).await.expect(200);
        let _ = world.through(&browser, &there, &page).await.expect(200);
        let begun = world.here.browser();
        let page = begun.open("/login").await.expect(200);
        let asked = world.leave(&begun, &page).await;
        world.configure("enabled = false").await;
        // Also not whoever was there at that moment, nor by a page that was loaded before.
        let back = world.answer(&there, &asked).await;
        let _ = begun.open(back.as_str()).await;
        assert!(!begun.is_signed_in().await);
        let answer = begun.submit(&page, &page.form(BEGIN)).await.expect(200);
        assert!(text(&answer).contains("Nobody can sign in with Acme here now."), "{}", text(&answer));
        let page = begun.open("/login").await.expect(200);
        assert!(!page.text().contains(BEGIN));
        let page = browser.open(SECURITY).await.expect(200);
        assert!(text(&page).contains("out of use here") && !page.text().contains(BEGIN), "{}", text(&page));
    }

    async fn whoever_came_by_a_provider_proves_it_there_again(engine: Engine) {
        let world = World::new(engine, "sign_up = true").await;
        let (person, there) = world.somebody().await;
        let (browser, _) = world.sign_in(&there).await;
        let page = browser.open("/reauthenticate?return_to=%2Fsettings%2Ftokens%2Fnew").await.expect(200);
        assert!(!page.text().contains("name=\"password\""), "there is none to ask for");
        let asked = world.leave(&browser, &page).await;
        assert!(asked.as_str().contains("prompt=login") && asked.as_str().contains("max_age=0"), "{asked}");
        let again = there.open(asked.as_str()).await.expect(200);
        let done = there.fill_sign_in(&again, &person.username, &person.password).await;
        let back = world.allowed(&there, done).await;
        let page = browser.open(back.as_str()).await.expect(200);
        assert_eq!(page.url.path(), "/settings/tokens/new");
        // Somebody else there is not who is signed in here.
        let (_, other) = world.somebody().await;
        let page = browser.open("/reauthenticate").await.expect(200);
        let asked = world.leave(&browser, &page).await;
        let mut plain = asked.clone();
        let kept: Vec<_> = asked.query_pairs().into_owned().filter(|(name, _)| name != "prompt" && name != "max_age").collect();
        plain.query_pairs_mut().clear().extend_pairs(kept);
        let back = world.answer(&other, &plain).await;
        let page = browser.open(back.as_str()).await.expect(200);
        assert_eq!(page.url.path(), "/reauthenticate");
        assert!(text(&page).contains("as somebody else than you are here"), "{}", text(&page));
        assert_eq!(who(&browser).await, person.username);
    }

    async fn administrators_and_the_operator_see_how_providers_do(engine: Engine) {
        let world = World::new(engine, "").await;
        let listed = world.here.cli(&["server", "providers"]).json();
        let acme = &listed["providers"][0];
        assert_eq!((acme["label"].as_str(), acme["reached"].as_bool()), (Some("Acme"), Some(true)), "{listed}");
        let report = world.here.cli(&["doctor"]).json();
        let items = report["items"].as_array().unwrap();
        assert!(items.iter().any(|one| one["check"] == "upstream" && one["status"] == "ok"), "{report}");
        let browser = world.here.browser_of(&world.here.administrator()).await;
        let page = browser.open("/admin/providers").await.expect(200);
        for told in ["Acme", "in use", "/login/upstream/", "none yet"] {
            assert!(text(&page).contains(told), "{told}: {}", text(&page));
        }
        world.configure("enabled = false").await;
        let page = browser.open("/admin/providers").await.expect(200);
        assert!(text(&page).contains("disabled"), "{}", text(&page));
    }
}
