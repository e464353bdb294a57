//! An organization with everything that one can have, and the pages that show it.

use std::collections::{BTreeSet, VecDeque};

use postern_tests::{Answer, Browser, Instance, OAuthClient, Person, Registration, Request, unique};
use serde_json::{Value, json};

/// What the owner's token holds.
const ALL: [&str; 7] = [
    "user:write",
    "organizations:write",
    "members:write",
    "customers:write",
    "customer_sessions:write",
    "clients:write",
    "tokens:write",
];
/// What its app may ask for.
const ASKED: &str = "openid profile email user:read members:read";
/// Where following links begins, and what is not followed: what is no page of the dashboard's.
const BEGIN: [&str; 4] = ["/", "/settings/profile", "/developer/clients", "/admin/tokens"];
const ELSEWHERE: [&str; 4] = ["/v1/", "/docs", "/assets/", "/openapi.json"];

/// Somebody's organization, its customer, client and tokens.
pub(crate) struct Place<'a> {
    instance: &'a Instance,
    pub(crate) person: Person,
    pub(crate) browser: Browser,
    /// The organization's app, which may ask for the person or for an organization.
    pub(crate) client: OAuthClient,
    /// A personal token for all there is, and one of the organization's.
    pub(super) tokens: [String; 2],
    /// What stands in paths, by its name there.
    ids: Vec<(&'static str, String)>,
    /// Path and query of an invitation to somebody else's organization.
    pub(crate) invitation: String,
}

fn text(value: &Value, member: &str) -> String {
    value[member].as_str().unwrap_or_else(|| panic!("no {member} in {value}")).to_owned()
}

impl<'a> Place<'a> {
    /// The place of this person, where everything that has a name or a note is called the same.
    pub(crate) async fn set(instance: &'a Instance, person: Person, name: &str) -> Self {
        let browser = instance.browser_of(&person).await;
        let own = ["token", "create", "--user", &person.username, "--name", "all", "--scope"];
        let own = text(&instance.cli(&[&own[..], &ALL].concat()).json(), "token");
        instance.secrets().add(&own);
        let slug = unique("acme");
        let made = json!({ "name": name, "slug": slug }).to_string();
        let made = Request::post("/v1/organizations").bearer(&own).body("application/json", made);
        let organization = text(&instance.wire().send(made).await.expect(201).json(), "id");
        let app = Registration::confidential().name(name).scope(ASKED).with(&["--owner-org", &slug]);
        let client = instance.client(&app);
        let mut place = Self {
            ids: vec![
                ("organization", slug),
                ("organization_id", organization),
                ("client_id", client.id.clone()),
                ("members", person.id.clone()),
            ],
            instance,
            person,
            browser,
            client,
            tokens: [own, String::new()],
            invitation: String::new(),
        };
        place.furnish(name).await;
        place.be_invited(name).await;
        place
    }

    async fn furnish(&mut self, name: &str) {
        let (slug, organization) =
            (self.id("organization").to_owned(), self.id("organization_id").to_owned());
        let _ = self.call("PATCH", "/v1/users/me", json!({ "name": name })).await.expect(200);
        let limits = ["[get].*/rest/api/2/project.*", "[post]https://jira.example/.*[JsonData::a==b]"];
        let script = json!({ "name": name, "note": name, "scopes": ["members:read"], "limits": limits });
        let personal = self.make("/v1/personal-access-tokens", script).await;
        let all = ALL.iter().filter(|scope| !["user:write", "organizations:write"].contains(scope));
        let all: Vec<_> = all.collect();
        let script = json!({ "name": name, "note": name, "scopes": all, "organization_id": organization });
        let teams = self.make("/v1/organization-access-tokens", script).await;
        let customer = json!({ "email": format!("{slug}@example.com"), "name": name, "external_id": name,
            "metadata": { "plan": name }, "organization_id": organization });
        let customer = self.make("/v1/customers", customer).await;
        let invited = json!({ "email": format!("{slug}@example.org"), "role": "member" });
        let invited = self.make(&format!("/v1/organizations/{slug}/invitations"), invited).await;
        self.tokens[1] = text(&teams, "token");
        let token = text(&personal, "id");
        let made = self.instance.cli(&["audit", "list", "--action", "token.made", "--token", &token]).json();
        self.ids.extend([
            ("audit-events", text(&made["items"][0], "id")),
            ("tokens", token),
            ("personal-access-tokens", text(&personal, "id")),
            ("organization-access-tokens", text(&teams, "id")),
            ("customers", text(&customer, "id")),
            ("invitations", text(&invited, "id")),
        ]);
    }

    /// An invitation to somebody else's organization.
    async fn be_invited(&mut self, name: &str) {
        let host = self.instance.person();
        let own = ["token", "create", "--user", &host.username, "--name", "all", "--scope"];
        let own = text(&self.instance.cli(&[&own[..], &ALL].concat()).json(), "token");
        self.instance.secrets().add(&own);
        let slug = unique("host");
        let organization = json!({ "name": name, "slug": slug }).to_string();
        let wire = self.instance.wire();
        let _ = wire
            .send(Request::post("/v1/organizations").bearer(&own).body("application/json", organization))
            .await
            .expect(201);
        let invited = json!({ "email": self.person.email, "role": "admin" }).to_string();
        let path = format!("/v1/organizations/{slug}/invitations");
        let invited = wire
            .send(Request::post(path).bearer(&own).body("application/json", invited))
            .await
            .expect(201)
            .json();
        let link = text(&invited, "link");
        self.invitation = link[link.find("/organizations/join").unwrap()..].to_owned();
    }

    /// Calls as the owner.
    pub(crate) async fn call(&self, method: &str, path: &str, body: Value) -> Answer {
        let request = Request::new(method, path).bearer(&self.tokens[0]);
        self.instance.wire().send(request.body("application/json", body.to_string())).await
    }

    async fn make(&self, path: &str, body: Value) -> Value {
        let made = self.call("POST", path, body).await.expect(201).json();
        if let Some(token) = made["token"].as_str() {
            self.instance.secrets().add(token);
        }
        made
    }

    /// What is meant by `{name}` of a path, or by `{id}` below the folder of that name.
    pub(crate) fn id(&self, name: &str) -> &str {
        self.ids
            .iter()
            .find(|(known, _)| *known == name)
            .map_or("01931b5c-6f2e-7c3a-9d6e-2f1f0a6b4c11", |(_, id)| id)
    }

    /// A path with this place's own in it.
    pub(crate) fn filled(&self, path: &str) -> String {
        let mut folder = "";
        let parts = path.split('/').map(|part| {
            let name = part.strip_prefix('{').and_then(|part| part.strip_suffix('}'));
            let filled = match name {
                Some("id") => self.id(folder),
                Some(name) => self.id(name),
                None => part,
            };
            folder = part;
            filled.to_owned()
        });
        parts.collect::<Vec<_>>().join("/")
    }

    /// Every page that links lead to, with the form for an answer to an invitation.
    pub(super) async fn pages(&self) -> Vec<(String, Answer)> {
        let begin = BEGIN.into_iter().map(str::to_owned).chain([self.invitation.clone()]);
        let mut waiting: VecDeque<String> = begin.collect();
        let mut known: BTreeSet<String> = waiting.iter().cloned().collect();
        let mut found = Vec::new();
        while let Some(target) = waiting.pop_front() {
            let page = self.browser.open(&target).await;
            if page.status != 200 || !page.header("content-type").starts_with("text/html") {
                continue;
            }
            for link in page.document().elements("a") {
                let Ok(url) = page.url.join(link.attribute("href")) else { continue };
                let path = url.path().to_owned();
                let is_page = url.origin() == page.url.origin()
                    && !ELSEWHERE.iter().any(|elsewhere| path.starts_with(elsewhere));
                if is_page && known.insert(path.clone()) {
                    waiting.push_back(path);
                }
            }
            found.push((target, page));
        }
        found
    }
}
