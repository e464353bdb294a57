//! `/admin/users/{id}`

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::pages::{AuditRow, Device, SAMPLE_NOW, SessionRow};
use crate::{
    AdminTab, AppFace, Avatar, Badge, Choice, Chrome, Page, Section, Shortened, Text, Tone, When, markup, t,
};

/// An account with what belongs to it. Forms post `form_token` and `action` to `/admin/users/{id}`: `disable`, `enable`,
/// `sign_out`, `reset_factors`, `impersonate` with `reason`, and `rights` with `right` for each that the person is to have.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/admin/user.html")]
pub struct AdminUser {
    /// The frame.
    pub chrome: Chrome,
    /// Its id.
    pub id: Shortened,
    /// What the person is called.
    pub name: String,
    /// The user name.
    pub username: String,
    /// What is worth knowing of it, e.g. *administrator*, *disabled* or *e-mail not verified*.
    pub states: Vec<Badge>,
    /// Why nothing was done, if that is so.
    pub problem: Option<Text>,
    /// Facts with their values.
    pub facts: Vec<(Text, Text)>,
    /// Whether signing in asks for a second factor.
    pub has_second_factor: bool,
    /// Whether the account can be used.
    pub is_active: bool,
    /// Whether it is the account of who looks at it.
    pub is_own: bool,
    /// Whether the person may act on it.
    pub may_act: bool,
    /// For how many seconds they may act as the person; none if they may not.
    pub impersonation: Option<i64>,
    /// The rights in the instance, for who may set them; else empty.
    pub rights: Vec<Choice>,
    /// Where the person is signed in, those seen last.
    pub sessions: Vec<SessionRow>,
    /// How many places that is in all.
    pub sessions_total: u64,
    /// The organizations the person belongs to.
    pub organizations: Vec<AdminOrganization>,
    /// The person's own tokens, the newest.
    pub tokens: Vec<AdminRow>,
    /// How many of them work now.
    pub live_tokens: u64,
    /// The person's own clients, the newest.
    pub clients: Vec<AdminClient>,
    /// How many there are in all.
    pub clients_total: u64,
    /// How many apps hold access of the person.
    pub connected_apps: u64,
    /// What happened of late; `None` for whoever may not see that.
    pub events: Option<Vec<AuditRow>>,
}

/// A line that leads somewhere.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AdminRow {
    /// What it is called.
    pub name: String,
    /// What else there is to say.
    pub about: Text,
    /// Its state.
    pub state: Badge,
}

/// An organization of somebody.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AdminOrganization {
    /// What it is called.
    pub name: String,
    /// Its name in addresses.
    pub slug: String,
    /// What the person is there.
    pub role: Text,
}

/// A client of somebody.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AdminClient {
    /// Its name and logo.
    pub face: AppFace,
    /// Path of its page.
    pub url: String,
    /// Whether it is closed.
    pub is_closed: bool,
    /// When it last called, if ever.
    pub last_call: Option<When>,
}

impl AdminUser {
    fn avatar(&self) -> Avatar {
        Avatar::person(&self.name)
    }

    fn url(&self) -> String {
        format!("/admin/users/{}", self.id.full)
    }

    /// Whether links lead to what only administrators of the instance see.
    fn sees_all(&self) -> bool {
        self.chrome.account.as_ref().is_some_and(|account| account.is_instance_admin)
    }
}

impl AdminOrganization {
    fn avatar(&self) -> Avatar {
        Avatar::organization(&self.name)
    }
}

pub(super) fn sample_rights() -> Vec<Choice> {
    vec![
        Choice::new("users:manage", t("Manage users"))
            .with_help(t("See, disable, revoke, renew, make tokens for others."))
            .selected(true),
        Choice::new("users:impersonate", t("Act for users"))
            .with_help(t("Call the API on behalf of others.")),
        Choice::new("instance:admin", t("Administer the server"))
            .with_help(t("Everything, also settings and keys.")),
    ]
}

fn sample_event() -> AuditRow {
    AuditRow {
        id: "01930f6e-7b7c-7a80-9d4e-52f1c0a8b9d4".into(),
        when: When::new(SAMPLE_NOW - 4_000, SAMPLE_NOW),
        sentence: markup("<strong><bdi>{who}</bdi></strong> made the token <bdi>{what}</bdi>")
            .with("who", "ada")
            .with("what", "Nightly import"),
        url: None,
        details: t("from {address}").with("address", "203.0.113.7"),
        facts: Vec::new(),
        outcome: Badge::new(Tone::Accent, t("changed")),
    }
}

fn sample_sessions() -> Vec<SessionRow> {
    let ago = |seconds: i64| When::new(SAMPLE_NOW - seconds, SAMPLE_NOW);
    vec![SessionRow {
        id: "s1".into(),
        device: Device::Desktop,
        name: t("{browser} on {system}").with("browser", "Firefox").with("system", "Linux"),
        address: "2001:db8:85a3:8d3:1319:8a2e:370:7348".into(),
        signed_in: ago(90_000),
        last_seen: ago(600),
        current: false,
        acting: Some("Grace Hopper".into()),
    }]
}

impl Page for AdminUser {
    const NAME: &'static str = "admin-user";

    fn sample() -> Self {
        let active = || Badge::new(Tone::Good, t("active"));
        Self {
            chrome: Chrome::sample_admin(Section::Admin(AdminTab::Users)),
            id: Shortened::new("01930f6e-7b7c-7a80-9d4e-52f1c0a8b9d3"),
            name: "Charles Babbage".into(),
            username: "charles".into(),
            states: vec![active()],
            problem: None,
            facts: vec![
                (t("E-mail"), Text::verbatim("charles@example.com")),
                (
                    t("Password"),
                    t("set {when}").with("when", When::new(SAMPLE_NOW - 9_000_000, SAMPLE_NOW).relative()),
                ),
            ],
            has_second_factor: true,
            is_active: true,
            is_own: false,
            may_act: true,
            impersonation: Some(1_800),
            rights: sample_rights(),
            sessions: sample_sessions(),
            sessions_total: 1,
            organizations: vec![AdminOrganization {
                name: "Acme Labs".into(),
                slug: "acme-labs".into(),
                role: Text::sentence("owner"),
            }],
            tokens: vec![AdminRow { name: "Nightly import".into(), about: t("never used"), state: active() }],
            live_tokens: 12,
            clients: vec![AdminClient {
                face: AppFace::new("Field Notes"),
                url: "/developer/clients/postern_ci_sample".into(),
                is_closed: true,
                last_call: Some(When::new(SAMPLE_NOW - 240, SAMPLE_NOW)),
            }],
            clients_total: 1,
            connected_apps: 3,
            events: Some(vec![sample_event()]),
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let closed = Self {
            chrome: Chrome::sample_manager(Section::Admin(AdminTab::Users)),
            name: "جمعية النساجين والفلكيين 🧮 and everybody else who has ever owned an engine".into(),
            states: vec![
                Badge::new(Tone::Bad, t("disabled")),
                Badge::new(Tone::Warning, t("e-mail not verified")),
            ],
            has_second_factor: false,
            is_active: false,
            impersonation: None,
            rights: Vec::new(),
            sessions: Vec::new(),
            sessions_total: 0,
            organizations: Vec::new(),
            tokens: Vec::new(),
            live_tokens: 0,
            clients: Vec::new(),
            clients_total: 0,
            connected_apps: 0,
            events: None,
            ..Self::sample()
        };
        let own = Self {
            is_own: true,
            impersonation: None,
            problem: Some(t("Nobody matches")),
            sessions_total: 12,
            clients_total: 40,
            ..Self::sample()
        };
        vec![("closed", closed), ("own", own)]
    }
}
