//! The ways in which something is taken back.

/// Whose token calls.
#[derive(Clone, Copy, Debug)]
pub(super) enum By {
    /// The person whose credentials are asked for.
    Person,
    /// The owner of their organization and of the app.
    Chief,
    /// An administrator of the instance.
    Administrator,
    /// Whoever has found the personal token.
    Finder,
}

/// A call that takes something back, with the roads that end by it: each is the beginning of their names. All others go on.
#[derive(Debug)]
pub(super) struct Change {
    pub(super) name: &'static str,
    pub(super) by: By,
    pub(super) method: &'static str,
    /// Path and body hold words that stand for what is the scene's own.
    pub(super) path: &'static str,
    pub(super) body: &'static str,
    pub(super) ends: &'static [&'static str],
}

const fn change(
    name: &'static str,
    by: By,
    (method, path, body): (&'static str, &'static str, &'static str),
    ends: &'static [&'static str],
) -> Change {
    Change { name, by, method, path, body, ends }
}

/// All that a person's place in an organization carries.
const PLACE: &[&str] =
    &["personal: team", "organization", "app: team", "team app", "session: team", "session token: team"];

pub(super) const CHANGES: [Change; 23] = [
    change(
        "a personal token is revoked",
        By::Person,
        ("DELETE", "/v1/personal-access-tokens/PERSONAL", ""),
        &["personal"],
    ),
    change(
        "an administrator revokes it",
        By::Administrator,
        ("DELETE", "/v1/admin/tokens/PERSONAL", ""),
        &["personal"],
    ),
    change(
        "whoever found it reports it",
        By::Finder,
        ("POST", "/v1/tokens/revoke-leaked", r#"{"token":"VALUE"}"#),
        &["personal"],
    ),
    change(
        "it loses its scopes",
        By::Person,
        ("PATCH", "/v1/personal-access-tokens/PERSONAL", r#"{"scopes":[]}"#),
        &["personal"],
    ),
    change(
        "it loses one scope",
        By::Person,
        ("PATCH", "/v1/personal-access-tokens/PERSONAL", r#"{"scopes":["user:read"]}"#),
        &["personal: team"],
    ),
    change(
        "it may be used from elsewhere only",
        By::Person,
        ("PATCH", "/v1/personal-access-tokens/PERSONAL", r#"{"networks":["203.0.113.0/24"]}"#),
        &["personal: Bearer", "personal: Basic", "personal: team"],
    ),
    change(
        "it gets a new value",
        By::Person,
        ("POST", "/v1/personal-access-tokens/PERSONAL/rotate", ""),
        &["personal"],
    ),
    change(
        "an organization's token is revoked",
        By::Chief,
        ("DELETE", "/v1/organization-access-tokens/OATOKEN", ""),
        &["organization"],
    ),
    change(
        "an administrator revokes the organization's",
        By::Administrator,
        ("DELETE", "/v1/admin/tokens/OATOKEN", ""),
        &["organization"],
    ),
    change(
        "an organization's token loses a scope",
        By::Chief,
        ("PATCH", "/v1/organization-access-tokens/OATOKEN", r#"{"scopes":["members:read"]}"#),
        &["organization: Bearer", "organization: Basic", "organization: introspection"],
    ),
    change(
        "an organization's token gets a new value",
        By::Chief,
        ("POST", "/v1/organization-access-tokens/OATOKEN/rotate", "{}"),
        &["organization"],
    ),
    change(
        "an account is disabled",
        By::Administrator,
        ("PATCH", "/v1/admin/users/PERSON", r#"{"state":"disabled"}"#),
        &["personal", "organization", "app", "team app", "session"],
    ),
    change(
        "somebody leaves the organization",
        By::Person,
        ("DELETE", "/v1/organizations/SLUG/members/PERSON", ""),
        PLACE,
    ),
    change(
        "somebody is taken out of it",
        By::Chief,
        ("DELETE", "/v1/organizations/SLUG/members/PERSON", ""),
        PLACE,
    ),
    change(
        "an admin becomes a member",
        By::Chief,
        ("PATCH", "/v1/organizations/SLUG/members/PERSON", r#"{"role":"member"}"#),
        &["organization", "team app", "session: team customers"],
    ),
    change(
        "a client is deleted",
        By::Chief,
        ("DELETE", "/v1/oauth-clients/CLIENT", ""),
        &["app", "team app"],
    ),
    change(
        "an organization is deleted",
        By::Chief,
        ("DELETE", "/v1/organizations/SLUG", ""),
        &[
            "personal: team",
            "organization",
            "app: team",
            "team app",
            "session: team",
            "session token: team",
            "customer",
        ],
    ),
    change(
        "an organization asks for approval of apps",
        By::Chief,
        ("PATCH", "/v1/organizations/SLUG", r#"{"apps_need_approval":true}"#),
        &["app: team", "team app"],
    ),
    change("an app is cut off", By::Person, ("DELETE", "/v1/consents/CLIENT", ""), &["app", "team app"]),
    change("a browser is signed out", By::Person, ("DELETE", "/v1/sessions/SESSION", ""), &["session"]),
    change("all browsers are signed out", By::Person, ("DELETE", "/v1/sessions", ""), &["session"]),
    change("a customer is deleted", By::Chief, ("DELETE", "/v1/customers/CUSTOMER", ""), &["customer"]),
    change(
        "an organization gets another name",
        By::Chief,
        ("PATCH", "/v1/organizations/SLUG", r#"{"name":"Other"}"#),
        &[],
    ),
];
