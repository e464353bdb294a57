//! `/admin/mails`

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::pages::SAMPLE_NOW;
use crate::{AdminTab, Chrome, Page, Section, Text, When, t};

/// The mails that did not go out yet. A form posts `form_token` and `action=retry` to `/admin/mails`.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/admin/mails.html")]
pub struct AdminMails {
    /// The frame.
    pub chrome: Chrome,
    /// Where mails go: a server or a folder.
    pub destination: Text,
    /// How many wait.
    pub total: u64,
    /// Those that are tried next.
    pub waiting: Vec<AdminMailRow>,
    /// Those that were given up of late.
    pub given_up: Vec<AdminMailRow>,
}

/// A mail.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AdminMailRow {
    /// Where it goes.
    pub recipient: String,
    /// What kind of mail it is.
    pub kind: String,
    /// When it was queued.
    pub queued: When,
    /// When it is tried next, if it is.
    pub next: Option<When>,
    /// How often it was tried.
    pub tries: u64,
    /// Why the last try failed, if one did.
    pub problem: Option<String>,
}

impl Page for AdminMails {
    const NAME: &'static str = "admin-mails";

    fn sample() -> Self {
        let row = |next: Option<i64>, tries, problem: Option<&str>| AdminMailRow {
            recipient: "a-rather-long-address.of-somebody@department.example.com".into(),
            kind: "token_made".into(),
            queued: When::new(SAMPLE_NOW - 600, SAMPLE_NOW),
            next: next.map(|seconds| When::new(SAMPLE_NOW + seconds, SAMPLE_NOW)),
            tries,
            problem: problem.map(str::to_owned),
        };
        Self {
            chrome: Chrome::sample_admin(Section::Admin(AdminTab::Mails)),
            destination: t("They go to {server}.").with("server", "smtp://mail.example.com"),
            total: 2,
            waiting: vec![row(Some(5), 0, None), row(Some(900), 3, Some("the server does not answer"))],
            given_up: vec![row(None, 8, Some("550 5.1.1 no such user"))],
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let none = Self { total: 0, waiting: Vec::new(), given_up: Vec::new(), ..Self::sample() };
        vec![("none", none)]
    }
}
