//! `/admin/keys`

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::pages::SAMPLE_NOW;
use crate::{AdminTab, Badge, Chrome, Page, Section, Shortened, Text, Tone, When, t};

/// The signing keys. A form posts `form_token` and `action=rotate` to `/admin/keys`.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/admin/keys.html")]
pub struct AdminKeys {
    /// The frame.
    pub chrome: Chrome,
    /// Why nothing was done, if that is so.
    pub problem: Option<Text>,
    /// The keys, by algorithm.
    pub keys: Vec<AdminKeyRow>,
}

/// A signing key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AdminKeyRow {
    /// Its `kid`.
    pub kid: Shortened,
    /// What it signs with, e.g. `RS256`.
    pub algorithm: String,
    /// Where it is in its life.
    pub state: Badge,
    /// When it was made and published.
    pub made: When,
    /// What happens to it next, or nothing.
    pub next: Text,
}

impl Page for AdminKeys {
    const NAME: &'static str = "admin-keys";

    fn sample() -> Self {
        let made = |days: i64| When::new(SAMPLE_NOW - days * 86_400, SAMPLE_NOW);
        let row = |kid: &str, state, days, next| AdminKeyRow {
            kid: Shortened::new(kid),
            algorithm: "RS256".into(),
            state,
            made: made(days),
            next,
        };
        let later = When::new(SAMPLE_NOW + 7_200, SAMPLE_NOW);
        Self {
            chrome: Chrome::sample_admin(Section::Admin(AdminTab::Keys)),
            problem: None,
            keys: vec![
                row(
                    "4XhM1mF1Vt2T1C2nH3yK0a8s7Qd6Lz5pR9eUwOiB_xY",
                    Badge::new(Tone::Neutral, t("retired")),
                    90,
                    t("no longer published {when}").with("when", later.relative()),
                ),
                row(
                    "9QdM1mF1Vt2T1C2nH3yK0a8s7Qd6Lz5pR9eUwOiB_aB",
                    Badge::new(Tone::Good, t("signs")),
                    30,
                    Text::default(),
                ),
                row(
                    "7PzM1mF1Vt2T1C2nH3yK0a8s7Qd6Lz5pR9eUwOiB_cD",
                    Badge::new(Tone::Accent, t("next")),
                    0,
                    t("signs {when}").with("when", later.relative()),
                ),
            ],
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        vec![("refused", Self { problem: Some(t("No key signs.")), ..Self::sample() })]
    }
}
