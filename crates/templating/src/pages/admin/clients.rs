//! `/admin/clients`

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::pages::{SAMPLE_NOW, UnusedScopes};
use crate::{AdminTab, AppFace, Choice, Chrome, Page, Pager, Section, Shortened, Text, When, t};

/// All clients. The filter is a GET with `q` and `only`; a row's form posts `form_token`, `client` and `action`, which is
/// `disable` or `enable`, to `/admin/clients`.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/admin/clients.html")]
pub struct AdminClients {
    /// The frame.
    pub chrome: Chrome,
    /// `q`: a name, a `client_id`, or whose it is; may be empty.
    pub query: String,
    /// `only`: the first is all.
    pub only: Vec<Choice>,
    /// The clients, the newest first.
    pub clients: Vec<AdminClientRow>,
    /// The way to the other pages of the list.
    pub pager: Pager,
}

/// A client in the list.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AdminClientRow {
    /// Its name and logo.
    pub face: AppFace,
    /// Path of its page.
    pub url: String,
    /// Its `client_id`.
    pub client_id: Shortened,
    /// The id of its row, for the form.
    pub id: String,
    /// Whose it is.
    pub owner: Text,
    /// The page of who that is, if it has one.
    pub owner_url: Option<String>,
    /// Whether it is closed.
    pub is_closed: bool,
    /// How many people it has access for.
    pub users: u64,
    /// How many of its tokens work now.
    pub live_tokens: u64,
    /// When it last called, if ever.
    pub last_call: Option<When>,
    /// How many of its calls were refused of late.
    pub recent_errors: u64,
    /// Those of its scopes that it has no use for, if there are any.
    pub unused_scopes: Option<UnusedScopes>,
}

impl AdminClients {
    fn is_filtered(&self) -> bool {
        !self.query.is_empty() || self.only.iter().skip(1).any(|choice| choice.selected)
    }
}

impl Page for AdminClients {
    const NAME: &'static str = "admin-clients";

    fn sample() -> Self {
        let row = |name: &str, owner, is_closed, recent_errors| AdminClientRow {
            face: AppFace::new(name),
            url: "/developer/clients/postern_ci_sample".into(),
            client_id: Shortened::new("postern_ci_2Vhk3mW5q8Yx0Zc7Tn4Rb9Lp1Jd6Fs0Ga"),
            id: "01930f6e-7b7c-7a80-9d4e-52f1c0a8b9d3".into(),
            owner,
            owner_url: Some("/admin/users/01930f6e-7b7c-7a80-9d4e-52f1c0a8b9d3".into()),
            is_closed,
            users: 1_204,
            live_tokens: 2_310,
            last_call: Some(When::new(SAMPLE_NOW - 240, SAMPLE_NOW)),
            recent_errors,
            unused_scopes: (recent_errors > 0).then(UnusedScopes::sample),
        };
        let long = "The Analytical Engine Companion for Weavers, Astronomers and Insurance Clerks 🧮";
        Self {
            chrome: Chrome::sample_admin(Section::Admin(AdminTab::Clients)),
            query: String::new(),
            only: vec![
                Choice::new("", t("All")).selected(true),
                Choice::new("itself", t("Registered themselves")),
            ],
            clients: vec![
                row("Field Notes", Text::verbatim("Ada Lovelace"), false, 12),
                AdminClientRow {
                    unused_scopes: Some(UnusedScopes {
                        scopes: ["address", "email", "phone", "urn:example:a-scope-of-many-words:write"]
                            .map(String::from)
                            .to_vec(),
                        since: Some(When::new(SAMPLE_NOW - 86_400, SAMPLE_NOW)),
                    }),
                    ..row(long, t("this server"), true, 0)
                },
                AdminClientRow {
                    owner_url: None,
                    last_call: None,
                    users: 0,
                    live_tokens: 0,
                    ..row("دفتر", t("nobody: it registered itself"), false, 0)
                },
            ],
            pager: Pager::default(),
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let none = Self { query: "nothing".into(), clients: Vec::new(), ..Self::sample() };
        let many = Self {
            pager: Pager {
                previous_url: Some("/admin/clients".into()),
                next_url: Some("/admin/clients?cursor=x".into()),
            },
            ..Self::sample()
        };
        let empty = Self { clients: Vec::new(), ..Self::sample() };
        vec![("none", none), ("many", many), ("empty", empty)]
    }
}
