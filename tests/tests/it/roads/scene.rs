//! Somebody with every kind of credential.

use postern_tests::{
    Browser, Engine, Instance, OAuthClient, Person, Registration, Request, Tokens, Wire, unique,
};
use serde_json::{Value, json};

use super::change::{By, Change};

/// A kind of credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Held {
    Personal,
    Organization,
    App,
    AppRefresh,
    TeamApp,
    TeamAppRefresh,
    Customer,
    Session,
    SessionToken,
}

/// Three nodes and those who are there before and after every change.
pub(super) struct Site {
    nodes: [Instance; 3],
    /// A way to each of them.
    pub(super) wires: [Wire; 3],
    guard: OAuthClient,
    administrator: String,
}

/// A person, an admin of an organization, with an app they allowed both, and all their credentials.
pub(super) struct Scene {
    pub(super) browser: Browser,
    pub(super) client: OAuthClient,
    pub(super) guard: OAuthClient,
    values: Vec<(Held, String)>,
    words: Vec<(&'static str, String)>,
    own: String,
    chief: String,
}

/// What an app asks for of a person, and of an organization.
const APP: &str = "openid user:read members:read";
const TEAM_APP: &str = "openid members:read";
/// What those who take back hold.
const ALL: [&str; 7] = [
    "user:write",
    "organizations:write",
    "members:write",
    "customers:write",
    "customer_sessions:write",
    "clients:write",
    "tokens:write",
];

/// A personal token by the command line.
fn token(instance: &Instance, person: &Person, scopes: &[&str]) -> String {
    let fixed = ["token", "create", "--user", &person.username, "--name", "all", "--scope"];
    let made = instance.cli(&[&fixed, scopes].concat()).json();
    instance.secrets().add(made["token"].as_str().unwrap());
    made["token"].as_str().unwrap().to_owned()
}

/// What a call of the API makes.
async fn make(wire: &Wire, token: &str, path: &str, body: Value) -> Value {
    let request = Request::post(path).bearer(token).body("application/json", body.to_string());
    wire.send(request).await.expect(201).json()
}

fn text(value: &Value, member: &str) -> String {
    value[member].as_str().unwrap_or_else(|| panic!("no {member} in {value}")).to_owned()
}

/// Access for the person, or for the one organization that they may speak for.
async fn allow(client: &OAuthClient, browser: &Browser, organization: Option<&str>) -> Tokens {
    let scope = if organization.is_some() { TEAM_APP } else { APP };
    let mut request = client.asking(scope).authorization();
    if organization.is_some() {
        request = request.with("sub_type", "organization");
    }
    let mut page = browser.open(&request.target()).await;
    if let Some(id) = organization.filter(|_| page.text().contains("name=\"organization_id\"")) {
        let form = page.form("continue").fill("organization_id", id).press("continue");
        page = browser.submit(&page, &form).await;
    }
    let callback = browser.finish(page, "allow").await;
    Tokens::read(&client.redeem(callback.code(), request.verifier.as_deref()).await)
}

impl Site {
    pub(super) async fn start() -> Self {
        let settings = [
            ("rate_limits.enabled", "false"),
            ("rate_limits.client_authentication", "1000000"),
            ("session_api_token.enabled", "true"),
        ];
        let a = Instance::start_with(Engine::Postgres, &settings).await;
        let (b, c) = (a.another_node().await, a.another_node().await);
        let guard = a.client(&Registration::confidential().with(&["--resource-server"]));
        let administrator = token(&a, &a.administrator(), &["users:manage"]);
        let wires = [a.wire(), b.wire(), c.wire()];
        Self { nodes: [a, b, c], wires, guard, administrator }
    }

    /// Makes the change on the first node.
    pub(super) async fn make(&self, change: &Change, scene: &Scene) {
        let request = Request::new(change.method, scene.say(change.path));
        let request = match change.by {
            By::Person => request.bearer(&scene.own),
            By::Chief => request.bearer(&scene.chief),
            By::Administrator => request.bearer(&self.administrator),
            By::Finder => request,
        };
        let request = match change.body {
            "" => request,
            body => request.body("application/json", scene.say(body)),
        };
        let answer = self.wires[0].send(request).await;
        assert!((200..300).contains(&answer.status), "{}: {answer:?}", change.name);
    }
}

impl Scene {
    pub(super) async fn set(site: &Site) -> Self {
        let a = &site.nodes[0];
        let (person, chief) = (a.person(), a.person());
        let (own, chiefs) = (token(a, &person, &ALL), token(a, &chief, &ALL));
        let slug = unique("acme");
        let organization =
            make(&site.wires[0], &chiefs, "/v1/organizations", json!({ "name": "Acme", "slug": slug })).await;
        let organization = text(&organization, "id");
        let joined = a.cli(&["org", "member", "add", &slug, &person.username, "--role", "admin"]);
        assert_eq!(joined.code, 0, "{joined:?}");
        let browser = a.browser_of(&person).await;
        let registration = Registration::confidential().scope(APP).with(&["--owner", &chief.username]);
        let client = a.client(&registration);
        let mut scene = Self {
            words: vec![
                ("SLUG", slug),
                ("PERSON", person.id),
                ("NAME", person.username),
                ("CLIENT", client.id.clone()),
            ],
            values: vec![(Held::Session, String::new())],
            browser,
            client,
            guard: site.guard.clone(),
            own,
            chief: chiefs,
        };
        scene.make_scripts(&site.wires[0], &organization).await;
        scene.allow_apps(&organization).await;
        scene.obtain_session_token().await;
        scene
    }

    async fn make_scripts(&mut self, a: &Wire, organization: &str) {
        let body = json!({ "name": "script", "scopes": ["user:read", "members:read"] });
        let personal = make(a, &self.own, "/v1/personal-access-tokens", body).await;
        let scopes = ["members:read", "customers:write", "customer_sessions:write"];
        let body = json!({ "name": "script", "scopes": scopes, "organization_id": organization });
        let team = make(a, &self.own, "/v1/organization-access-tokens", body).await;
        let customer = json!({ "email": "grace@example.com" });
        let customer = make(a, &text(&team, "token"), "/v1/customers", customer).await;
        let session = json!({ "customer_id": customer["id"] });
        let session = make(a, &text(&team, "token"), "/v1/customer-sessions", session).await;
        self.values.extend([
            (Held::Personal, text(&personal, "token")),
            (Held::Organization, text(&team, "token")),
            (Held::Customer, text(&session, "token")),
        ]);
        self.words.extend([
            ("VALUE", text(&personal, "token")),
            ("PERSONAL", text(&personal, "id")),
            ("OATOKEN", text(&team, "id")),
            ("CUSTOMER", text(&customer, "id")),
        ]);
    }

    async fn allow_apps(&mut self, organization: &str) {
        let own = allow(&self.client, &self.browser, None).await;
        let team = allow(&self.client, &self.browser, Some(organization)).await;
        self.values.extend([
            (Held::App, own.access),
            (Held::AppRefresh, own.refresh),
            (Held::TeamApp, team.access),
            (Held::TeamAppRefresh, team.refresh),
        ]);
    }

    async fn obtain_session_token(&mut self) {
        let obtained = self.browser.send(Request::post("/session-api-token")).await.expect(200).json();
        self.values.push((Held::SessionToken, text(&obtained, "token")));
        let request = Request::get("/v1/sessions").header("sec-fetch-site", "same-origin");
        let sessions = self.browser.send(request).await.expect(200).json();
        let here = sessions["items"].as_array().unwrap().iter().find(|session| session["current"] == true);
        self.words.push(("SESSION", text(here.unwrap(), "id")));
    }

    pub(super) fn value(&self, held: Held) -> &str {
        &self.values.iter().find(|(known, _)| *known == held).unwrap().1
    }

    /// A text with the scene's own in place of its words.
    pub(super) fn say(&self, text: &str) -> String {
        // Of two words of which one begins like the other, the longer one first.
        let mut words = self.words.clone();
        words.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
        let mut said = text.to_owned();
        for (word, value) in &words {
            said = said.replace(word, value);
        }
        said
    }
}
