//! The roads on which credentials are asked for.

use postern_tests::{Answer, Request, Wire};

use super::scene::{Held, Scene};

/// A credential that is presented in one way, for one thing.
#[derive(Debug)]
pub(super) struct Road {
    pub(super) name: &'static str,
    held: Held,
    ask: Ask,
}

#[derive(Debug)]
enum Ask {
    /// A path by `Authorization: Bearer`.
    Bearer(&'static str),
    /// The same by Basic, with this name in front.
    Basic(&'static str, &'static str),
    /// A path by the session cookie.
    Cookie(&'static str),
    /// A path by the header of session API tokens.
    Header(&'static str),
    /// Whether introspection by a resource server says it holds a scope.
    Guard(&'static str),
    /// The same by the app itself.
    App(&'static str),
    /// A new access token.
    Refresh,
}

const fn road(name: &'static str, held: Held, ask: Ask) -> Road {
    Road { name, held, ask }
}

pub(super) const ROADS: [Road; 27] = [
    road("personal: Bearer", Held::Personal, Ask::Bearer("/v1/consents")),
    road("personal: Basic", Held::Personal, Ask::Basic("NAME", "/v1/consents")),
    road("personal: introspection", Held::Personal, Ask::Guard("user:read")),
    road("personal: team by Bearer", Held::Personal, Ask::Bearer("/v1/organizations/SLUG/members")),
    road("personal: team by Basic", Held::Personal, Ask::Basic("NAME", "/v1/organizations/SLUG/members")),
    road("organization: Bearer", Held::Organization, Ask::Bearer("/v1/customers")),
    road("organization: Basic", Held::Organization, Ask::Basic("SLUG", "/v1/customers")),
    road("organization: introspection", Held::Organization, Ask::Guard("customers:read")),
    road("organization: members", Held::Organization, Ask::Bearer("/v1/organizations/SLUG/members")),
    road("app: userinfo", Held::App, Ask::Bearer("/v1/oauth2/userinfo")),
    road("app: API", Held::App, Ask::Bearer("/v1/consents")),
    road("app: guard's introspection", Held::App, Ask::Guard("user:read")),
    road("app: own introspection", Held::App, Ask::App("user:read")),
    road("app: refresh", Held::AppRefresh, Ask::Refresh),
    road("app: team", Held::App, Ask::Bearer("/v1/organizations/SLUG/members")),
    road("team app: userinfo", Held::TeamApp, Ask::Bearer("/v1/oauth2/userinfo")),
    road("team app: API", Held::TeamApp, Ask::Bearer("/v1/organizations/SLUG/members")),
    road("team app: guard's introspection", Held::TeamApp, Ask::Guard("members:read")),
    road("team app: own introspection", Held::TeamApp, Ask::App("members:read")),
    road("team app: refresh", Held::TeamAppRefresh, Ask::Refresh),
    road("customer: portal", Held::Customer, Ask::Bearer("/v1/customer-portal/session")),
    road("customer: introspection", Held::Customer, Ask::Guard("customer_portal:read")),
    road("session: page", Held::Session, Ask::Cookie("/settings/profile")),
    road("session: API", Held::Session, Ask::Cookie("/v1/consents")),
    road("session: team customers", Held::Session, Ask::Cookie("/organizations/SLUG/customers")),
    road("session token: API", Held::SessionToken, Ask::Header("/v1/consents")),
    road("session token: team", Held::SessionToken, Ask::Header("/v1/organizations/SLUG/members")),
];

impl Road {
    /// Whether it may be asked only once as long as it answers.
    pub(super) const fn is_used_up(&self) -> bool {
        matches!(self.ask, Ask::Refresh)
    }

    /// Whether a node lets the credential pass.
    ///
    /// # Panics
    /// If the answer is neither a yes nor one of the ways to say no.
    pub(super) async fn ask(&self, node: &Wire, scene: &Scene) -> bool {
        let value = scene.value(self.held);
        let introspection = [("token", value)];
        let refresh = [("grant_type", "refresh_token"), ("refresh_token", value)];
        let request = match self.ask {
            Ask::Bearer(path) => Request::get(scene.say(path)).bearer(value),
            Ask::Basic(name, path) => Request::get(scene.say(path)).plain_basic(&scene.say(name), value),
            Ask::Header(path) => Request::get(scene.say(path)).header("x-postern-rest-token", value),
            Ask::Cookie(path) => {
                scene.browser.dressed(Request::get(scene.say(path)).header("sec-fetch-site", "same-origin"))
            }
            Ask::Guard(_) => scene.guard.request("/v1/oauth2/introspect", &introspection),
            Ask::App(_) => scene.client.request("/v1/oauth2/introspect", &introspection),
            Ask::Refresh => scene.client.request("/v1/oauth2/token", &refresh),
        };
        let answer = node.send(request).await;
        assert!([200, 303, 400, 401, 403, 404].contains(&answer.status), "{}: {answer:?}", self.name);
        match self.ask {
            Ask::Guard(scope) | Ask::App(scope) => holds(&answer, scope),
            _ => answer.status == 200,
        }
    }
}

/// Whether introspection says that a token holds a scope. A client that is gone is told nothing.
fn holds(answer: &Answer, scope: &str) -> bool {
    assert!([200, 401].contains(&answer.status), "{answer:?}");
    let said = answer.json();
    let scopes = said["scope"].as_str().unwrap_or_default();
    said["active"] == true && scopes.split(' ').any(|held| held == scope)
}
