//! `/admin/settings`

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::{AdminTab, Chrome, Page, Section, Text, t};

/// The settings in effect.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/admin/settings.html")]
pub struct AdminSettings {
    /// The frame.
    pub chrome: Chrome,
    /// The settings, those together that have the first part of their name in common.
    pub groups: Vec<(String, Vec<AdminSettingRow>)>,
    /// How many were set by somebody.
    pub set: u64,
}

/// A setting.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AdminSettingRow {
    /// Its name, with dots.
    pub name: String,
    /// Its value as JSON; empty if it has none.
    pub value: String,
    /// Where it comes from; empty if it is as it is by itself.
    pub source: Text,
}

impl Page for AdminSettings {
    const NAME: &'static str = "admin-settings";

    fn sample() -> Self {
        let row = |name: &str, value: &str, source| AdminSettingRow {
            name: name.into(),
            value: value.into(),
            source,
        };
        Self {
            chrome: Chrome::sample_admin(Section::Admin(AdminTab::Settings)),
            groups: vec![
                (
                    "branding".into(),
                    vec![
                        row(
                            "branding.name",
                            "Acme",
                            t("from {source}").with("source", "/etc/postern/postern.toml"),
                        ),
                        row("branding.accent", "", Text::default()),
                    ],
                ),
                (
                    String::new(),
                    vec![row(
                        "database_url",
                        "postgres://postern:***@db.internal.example.com:5432/postern?sslmode=require",
                        t("from {source}").with("source", "POSTERN_DATABASE_URL"),
                    )],
                ),
            ],
            set: 2,
        }
    }
}
