//! `/admin`

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::{AdminTab, Chrome, Page, Section, Text, Tone, t};

/// How the instance does.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/admin/overview.html")]
pub struct AdminOverview {
    /// The frame.
    pub chrome: Chrome,
    /// What was looked at, each with what came of it.
    pub findings: Vec<AdminFinding>,
    /// How many accounts there are; these four are counted no further than ten thousand.
    pub users: u64,
    /// How many organizations.
    pub organizations: u64,
    /// How many clients.
    pub clients: u64,
    /// How many live tokens of scripts.
    pub tokens: u64,
    /// Facts with their values.
    pub facts: Vec<(Text, Text)>,
}

/// One thing that was looked at.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AdminFinding {
    /// How it is.
    pub tone: Tone,
    /// What was looked at.
    pub name: Text,
    /// What came of it.
    pub text: Text,
    /// Where to look closer, if anywhere.
    pub url: Option<String>,
}

impl Page for AdminOverview {
    const NAME: &'static str = "admin-overview";

    fn sample() -> Self {
        let finding = |tone, name, text, url: Option<&str>| AdminFinding {
            tone,
            name,
            text,
            url: url.map(str::to_owned),
        };
        Self {
            chrome: Chrome::sample_admin(Section::Admin(AdminTab::Overview)),
            findings: vec![
                finding(Tone::Good, t("Database"), t("It answers in {time}.").with("time", "0.4 ms"), None),
                finding(
                    Tone::Warning,
                    t("Mails"),
                    t("{waiting} wait, {failing} of them after a try that failed.")
                        .with("waiting", 12_u64)
                        .with("failing", 3_u64),
                    Some("/admin/mails"),
                ),
                finding(Tone::Bad, t("Keys"), t("No key signs."), Some("/admin/keys")),
            ],
            users: 10_000,
            organizations: 312,
            clients: 40,
            tokens: 0,
            facts: vec![
                (t("Version"), Text::verbatim("0.1.0")),
                (t("Public URL"), Text::verbatim("https://id.example.com")),
            ],
        }
    }
}
