//! Servers and organizations that ask people for a second factor.

use postern_tests::{
    Answer, Browser, Engine, Instance, Person, Registration, Request, Tokens, on_both_databases, unique,
};
use serde_json::json;

use crate::second_step::Owner;

const REQUIRED: &str = "/settings/security/required";
const APP: &str = "/settings/security/authenticator";

/// An organization of a person with a second factor, and a member without.
pub(crate) struct Firm {
    owner: Owner,
    pub(crate) member: Person,
    slug: String,
}

impl Firm {
    pub(crate) async fn of(instance: &Instance) -> Self {
        let owner = Owner::of(instance).await;
        let member = instance.person();
        let slug = unique("firm").to_lowercase().replace('_', "-");
        let owns = ["--owner", owner.person.username.as_str()];
        instance
            .cli(&[&["org", "create", "--slug", &slug, "--name", "Firm"], owns.as_slice()].concat())
            .json();
        let added = instance.cli(&["org", "member", "add", &slug, &member.username, "--role", "admin"]);
        assert_eq!(added.code, 0, "{added:?}");
        Self { owner, member, slug }
    }

    pub(crate) fn browser(&self) -> &Browser {
        &self.owner.browser
    }

    pub(crate) fn page(&self, name: &str) -> String {
        format!("/organizations/{}/{name}", self.slug)
    }

    /// Turns the rule on; answers what its owner was told first.
    pub(crate) async fn ask(&self) -> Answer {
        let (browser, path) = (&self.owner.browser, self.page("settings"));
        let page = browser.open(&path).await.expect(200);
        let form = page.form("policy").tick("members_need_second_factor", true).press("policy");
        let told = browser.submit(&page, &form).await.expect(200);
        let form = told.form("policy").press("policy");
        let done = browser.submit(&told, &form).await.expect(200);
        assert!(done.url.query().is_some_and(|query| query.contains("done=")), "{done:?}");
        told
    }
}

/// Sets an authenticator app up on the page it is on; answers the page with the codes.
async fn set_up(browser: &Browser, page: &Answer) -> Answer {
    let app = crate::second_step::secret_of(page);
    let code = app.generate(crate::second_step::now()).to_string();
    browser.submit(page, &page.form(APP).fill("code", &code)).await.expect(200)
}

/// Where the button under the codes leads.
fn leads_to(page: &Answer) -> String {
    let text = page.text();
    let link = text.split("id=\"done\" href=\"").nth(1).expect("a link").split('"').next().unwrap();
    link.replace("&#38;", "&").replace("&amp;", "&")
}

on_both_databases! {
    async fn administrators_set_one_up_before_anything_else(engine: Engine) {
        let settings = [("second_factor.required_of", "administrators"), ("session_api_token.enabled", "true")];
        let instance = Instance::start_with(engine, &settings).await;
        let plain = instance.browser_of(&instance.person()).await;
        assert_eq!(plain.open("/settings/profile").await.expect(200).url.path(), "/settings/profile");
        let person = instance.administrator();
        let browser = instance.browser();
        let page = browser.sign_in(&person).await.expect(200);
        assert_eq!(page.url.path(), REQUIRED, "{page:?}");
        assert!(page.text().contains("asks its administrators"), "{}", page.text());
        for path in ["/", "/settings/profile", "/settings/security", "/settings/tokens/new", "/admin", "/organizations", "/audit"] {
            let page = browser.open(path).await.expect(200);
            assert_eq!(page.url.path(), REQUIRED, "{path}");
        }
        let posted = browser.send(browser.dressed(Request::post("/settings/profile").form([("name", "x")]))).await;
        assert_eq!(posted.status, 303, "{posted:?}");
        let token = Request::post("/session-api-token").header("origin", instance.public_url().as_str().trim_end_matches('/'));
        assert_eq!(browser.send(browser.dressed(token)).await.status, 403);
        // An app waits for it, unless it may show nothing.
        let client = instance.client(&Registration::confidential());
        let quiet = browser.authorize(&client.authorization().with("prompt", "none")).await;
        assert_eq!(quiet.get("error"), "interaction_required", "{quiet:?}");
        let asked = client.authorization();
        let page = browser.open(&asked.target()).await.expect(200);
        assert_eq!(page.url.path(), REQUIRED, "{page:?}");
        let link = page.text().split("id=\"authenticator\" href=\"").nth(1).unwrap().split('"').next().unwrap().replace("&#38;", "&");
        let page = browser.open(&link).await.expect(200);
        assert_eq!(page.url.path(), APP, "{page:?}");
        let codes = set_up(&browser, &page).await;
        let back = browser.open(&leads_to(&codes)).await;
        let callback = browser.finish(back, "allow").await;
        let tokens = Tokens::read(&client.redeem(callback.code(), asked.verifier.as_deref()).await);
        assert_eq!(tokens.claims()["acr"], "https://refeds.org/profile/mfa");
        assert_eq!(browser.open("/admin").await.expect(200).url.path(), "/admin");
        assert_eq!(browser.open(REQUIRED).await.url.path(), "/");
        // It stays.
        let page = browser.open("/settings/security/authenticator/remove").await.expect(200);
        assert!(page.text().contains("This server asks you for a second factor"), "{}", page.text());
        assert!(!page.text().contains("id=\"remove\""), "{}", page.text());
    }

    async fn members_without_one_can_do_nothing_in_their_organization(engine: Engine) {
        let instance = Instance::start(engine).await;
        let firm = Firm::of(&instance).await;
        let browser = instance.browser_of(&firm.member).await;
        let client = instance.client(&Registration::confidential().scope("openid members:read organizations:read"));
        let asked = client.authorization().with("sub_type", "organization");
        let choose = async || {
            let page = browser.open(&asked.target()).await.expect(200);
            let form = page.form("continue").fill("organization_id", &id_in(&page)).press("continue");
            let consent = browser.submit(&page, &form).await.expect(200);
            let callback = browser.finish(consent, "allow").await;
            Tokens::read(&client.redeem(callback.code(), asked.verifier.as_deref()).await)
        };
        let tokens = choose().await;
        let path = format!("/v1/organizations/{}", firm.slug);
        let of_person = instance.cli(&["token", "create", "--name", "x", "--user", &firm.member.username, "--scope", "organizations:read"]).json();
        let script = of_person["token"].as_str().unwrap().to_owned();
        instance.secrets().add(&script);
        let call = async |token: &str| instance.wire().send(Request::get(&path).bearer(token)).await.status;
        assert_eq!((call(&script).await, client.is_active(&tokens.access).await), (200, true));

        let told = firm.ask().await;
        assert!(told.text().contains("1 of 2 members can do nothing here"), "{}", told.text());
        assert!(told.text().contains(&firm.member.name), "{}", told.text());

        assert_eq!((call(&script).await, client.is_active(&tokens.access).await), (403, false));
        for name in ["overview", "members", "tokens", "customers", "settings"] {
            let page = browser.open(&firm.page(name)).await.expect(403);
            assert!(page.text().contains("A second step is needed"), "{name}: {}", page.text());
        }
        assert!(browser.open("/organizations").await.expect(200).text().contains("Firm"));
        let page = browser.open(&asked.and("prompt", "select_account").target()).await;
        assert!(page.status == 200, "{page:?}");
        let page = browser.open(&client.authorization().with("sub_type", "organization").target()).await.expect(200);
        assert!(page.text().contains("you have none yet"), "{}", page.text());

        let page = browser.open(APP).await.expect(200);
        let _ = set_up(&browser, &page).await;
        assert_eq!((call(&script).await, client.is_active(&tokens.access).await), (200, true));
        assert_eq!(browser.open(&firm.page("overview")).await.expect(200).url.path(), firm.page("overview"));
        let page = browser.open("/settings/security/authenticator/remove").await.expect(200);
        assert!(page.text().contains("Firm asks its members for a second factor"), "{}", page.text());
    }

    async fn whoever_asks_it_of_others_has_one(instance: &Instance) {
        let owner = instance.person();
        let slug = unique("firm").to_lowercase().replace('_', "-");
        instance.cli(&["org", "create", "--slug", &slug, "--name", "Firm", "--owner", &owner.username]).json();
        let browser = instance.browser_of(&owner).await;
        let page = browser.open(&format!("/organizations/{slug}/settings")).await.expect(200);
        let form = page.form("policy").tick("members_need_second_factor", true).press("policy");
        let refused = browser.submit(&page, &form).await.expect(422);
        assert!(refused.text().contains("Set up a second step of your own first"), "{}", refused.text());
        let made = instance.cli(&["token", "create", "--name", "x", "--user", &owner.username, "--scope", "organizations:write"]).json();
        let token = made["token"].as_str().unwrap();
        instance.secrets().add(token);
        let change = json!({ "members_need_second_factor": true }).to_string();
        let request = Request::new("PATCH", format!("/v1/organizations/{slug}")).body("application/json", change);
        let refused = instance.wire().send(request.bearer(token)).await;
        assert_eq!(refused.status, 422, "{refused:?}");
    }
}

/// The one organization on a page of choices.
fn id_in(page: &Answer) -> String {
    let text = page.text();
    let value =
        text.split("name=\"organization_id\"").nth(1).expect("a choice").split("value=\"").nth(1).unwrap();
    value.split('"').next().unwrap().to_owned()
}
