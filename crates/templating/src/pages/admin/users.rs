//! `/admin/users`

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::pages::SAMPLE_NOW;
use crate::{AdminTab, Avatar, Badge, Choice, Chrome, Page, Pager, Section, Tone, When, t};

/// All accounts. The filter is a GET with `q` and `only`; links lead to `/admin/users/{id}`.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/admin/users.html")]
pub struct AdminUsers {
    /// The frame.
    pub chrome: Chrome,
    /// `q`: how the user name or the e-mail begins, or an id; may be empty.
    pub query: String,
    /// `only`: the first is everybody.
    pub only: Vec<Choice>,
    /// The accounts: the newest first, by user name where one is looked for.
    pub users: Vec<AdminUserRow>,
    /// The way to the other pages of the list.
    pub pager: Pager,
}

/// An account in the list.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AdminUserRow {
    /// Its id.
    pub id: String,
    /// What the person is called.
    pub name: String,
    /// The user name.
    pub username: String,
    /// The e-mail address.
    pub email: String,
    /// What is worth knowing of it, e.g. *administrator*, *disabled* or *e-mail not verified*.
    pub states: Vec<Badge>,
    /// When the person was last seen signed in, if they are.
    pub last_seen: Option<When>,
    /// When it was made.
    pub made: When,
}

impl AdminUsers {
    fn is_filtered(&self) -> bool {
        !self.query.is_empty() || self.only.iter().skip(1).any(|choice| choice.selected)
    }
}

impl AdminUserRow {
    fn avatar(&self) -> Avatar {
        Avatar::person(&self.name)
    }

    fn sample(name: &str, username: &str, states: Vec<Badge>, seen: Option<i64>, made: i64) -> Self {
        let ago = |seconds: i64| When::new(SAMPLE_NOW - seconds, SAMPLE_NOW);
        Self {
            id: "01930f6e-7b7c-7a80-9d4e-52f1c0a8b9d3".into(),
            name: name.into(),
            username: username.into(),
            email: format!("{username}@example.com"),
            states,
            last_seen: seen.map(ago),
            made: ago(made * 86_400),
        }
    }
}

fn sample_only() -> Vec<Choice> {
    vec![
        Choice::new("", t("Everybody")).selected(true),
        Choice::new("rights", t("With rights")),
        Choice::new("disabled", t("Disabled")),
    ]
}

impl Page for AdminUsers {
    const NAME: &'static str = "admin-users";

    fn sample() -> Self {
        let active = || Badge::new(Tone::Good, t("active"));
        let long = "جمعية النساجين والفلكيين 🧮 and everybody else who has ever owned an engine";
        Self {
            chrome: Chrome::sample_admin(Section::Admin(AdminTab::Users)),
            query: String::new(),
            only: sample_only(),
            users: vec![
                AdminUserRow::sample(
                    "Ada Lovelace",
                    "ada",
                    vec![active(), Badge::new(Tone::Accent, t("administrator"))],
                    Some(240),
                    300,
                ),
                AdminUserRow::sample(
                    long,
                    "a-user-name-of-forty-letters.and.no.more",
                    vec![active(), Badge::new(Tone::Warning, t("e-mail not verified"))],
                    Some(90_000),
                    60,
                ),
                AdminUserRow::sample("李 雷", "lilei", vec![Badge::new(Tone::Bad, t("disabled"))], None, 900),
            ],
            pager: Pager::default(),
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let many = Self {
            users: Self::sample().users.into_iter().cycle().take(25).collect(),
            pager: Pager {
                previous_url: Some("/admin/users".into()),
                next_url: Some("/admin/users?cursor=sample".into()),
            },
            chrome: Chrome::sample_manager(Section::Admin(AdminTab::Users)),
            ..Self::sample()
        };
        let nobody = Self { query: "eve".into(), users: Vec::new(), ..Self::sample() };
        vec![("many", many), ("nobody found", nobody)]
    }
}
