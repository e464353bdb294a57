//! Every page of the router's table, at an address where it has something to show.

use crate::teams::Place;

/// The table, which a test of the router holds to what there is: a path, and who may see it, a line each.
const TABLE: &str = include_str!("../../pages.txt");

/// A page, and where it is.
pub(crate) struct Page {
    /// Its path as the router has it, or what else it is called.
    pub(crate) name: String,
    /// Path and query.
    pub(crate) target: String,
    /// Whether somebody has to be signed in to see it.
    pub(crate) needs_person: bool,
}

/// Every page of the table, of a place whose person is an administrator.
///
/// # Panics
/// If it is not known what stands in a path.
pub(crate) fn pages(place: &Place<'_>) -> Vec<Page> {
    let lines = TABLE.lines().map(|line| line.split_once(' ').expect("a path and who may see it"));
    let page = |(path, who): (&str, &str)| Page {
        name: path.to_owned(),
        target: target(path, place),
        needs_person: who == "session",
    };
    lines.map(page).collect()
}

/// What a GET of a page is answered with, for somebody who is signed in.
pub(crate) fn status(path: &str) -> u16 {
    match path {
        // On to where they lead.
        "/login" | "/register" | "/organizations/{slug}" | "/v1/oauth2/authorize" => 303,
        // The address of whoever the command line made is verified.
        "/settings/profile/email" => 303,
        // Nothing is asked of them.
        "/settings/security/required" => 303,
        // It asks for its link, which the first account has used up.
        "/setup" => 403,
        // Who has not taken the first step begins with it; who has no second step has none to remove.
        "/login/second-step"
        | "/settings/security/authenticator/remove"
        | "/settings/security/recovery-codes" => 303,
        // The same of the link of a mail.
        "/recover/password"
        | "/settings/security/passkeys/{id}"
        | "/settings/security/passkeys/{id}/remove" => 404,
        // This instance knows no sign-in provider.
        "/login/upstream/{name}/callback" => 404,
        _ => 200,
    }
}

/// What pages show besides, each at an address of its own: choices, questions of apps, empty lists, and errors.
pub(crate) async fn states(place: &Place<'_>) -> Vec<Page> {
    let page = |name: &str, target: &str| Page {
        name: name.to_owned(),
        target: target.to_owned(),
        needs_person: true,
    };
    let organization = place.id("organization");
    let choice = place.client.asking("openid members:read").authorization().with("sub_type", "organization");
    let question = place.browser.open(&choice.target()).await.expect(200);
    let form =
        question.form("continue").fill("organization_id", place.id("organization_id")).press("continue");
    let question = place.browser.submit(&question, &form).await.expect(200);
    let (path, query) = (question.url.path(), question.url.query().unwrap_or_default());
    let other = place.client.authorization().with("redirect_uri", "https://evil.example");
    vec![
        page("choose organization", &choice.target()),
        page("consent for an organization", &format!("{path}?{query}")),
        page("confirm", &place.client.authorization().with("prompt", "login").target()),
        page("choose account", &place.client.authorization().with("prompt", "select_account").target()),
        page("no such tokens", "/settings/tokens?q=nothing"),
        page("no revoked tokens", "/settings/tokens?state=revoked"),
        page("expired tokens of all", "/admin/tokens?state=expired"),
        page("no tokens to revoke", "/admin/tokens/revoke?q=nothing"),
        page("unused tokens of all", "/admin/tokens?unused=30d"),
        page("no such clients of all", "/admin/clients?q=nothing"),
        page("clients that registered themselves", "/admin/clients?only=itself"),
        page("no such organizations of all", "/admin/organizations?q=zzz-nothing"),
        page("no such users", "/admin/users?q=nothing"),
        page("users with rights", "/admin/users?only=rights"),
        page("new client of an organization", &format!("/developer/clients/new?organization={organization}")),
        page("no such customers", &format!("/organizations/{organization}/customers?q=nothing")),
        page("refused calls", "/audit?show=refused"),
        page("no invitation", "/organizations/join?invitation=nothing"),
        page("no client", "/developer/clients/nobody"),
        page("no page", "/nowhere"),
        page("bad request", "/v1/oauth2/authorize?client_id=nobody"),
        page("bad redirect", &other.target()),
    ]
}

fn target(path: &str, place: &Place<'_>) -> String {
    let mut folder = "";
    let filled = path.split('/').map(|part| {
        let filled = match (part, folder) {
            ("{name}", "upstream") => "nobody",
            ("{slug}", _) => place.id("organization"),
            ("{client}", _) => place.id("client_id"),
            ("{id}", "tokens") if path.starts_with("/organizations/") => {
                place.id("organization-access-tokens")
            }
            ("{id}", "tokens") => place.id("personal-access-tokens"),
            ("{id}", "customers") => place.id("customers"),
            ("{id}", "users") => place.id("members"),
            // Whoever has no passkey has no page of one either.
            ("{id}", "passkeys") => "01931b5c-6f2e-7c3a-9d6e-2f1f0a6b4c11",
            ("{id}", "audit") => place.id("audit-events"),
            (part, folder) => {
                assert!(!part.starts_with('{'), "say here what stands for {part} behind {folder} in {path}");
                part
            }
        };
        folder = part;
        filled
    });
    let path = filled.collect::<Vec<_>>().join("/");
    let authorization = || place.client.authorization().target();
    match path.as_str() {
        "/organizations/join" => place.invitation.clone(),
        "/v1/oauth2/authorize" => authorization(),
        "/consent" => authorization().replace("/v1/oauth2/authorize", "/consent"),
        "/admin/tokens/revoke" => format!("{path}?kind=pat"),
        "/audit/export" => format!("{path}?format=csv"),
        _ => path,
    }
}
