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
    /// Who has fetched them: those without the next keys first, then those that did last.
    pub fetchers: Vec<KeyFetcherRow>,
    /// How many more there are.
    pub unlisted: u64,
    /// How many fetched in the last day and do not have the next keys.
    pub behind: u64,
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

/// A program that fetched the keys.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct KeyFetcherRow {
    /// From where.
    pub address: Text,
    /// What it calls itself, if it says so.
    pub program: Option<String>,
    /// When it did last.
    pub last: When,
    /// How often it did.
    pub times: u64,
    /// Whether it has the next keys, if that can be said.
    pub next: Option<Badge>,
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
            fetchers: sample_fetchers(),
            unlisted: 0,
            behind: 1,
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let nobody = Self { fetchers: Vec::new(), behind: 0, ..Self::sample() };
        vec![
            (
                "refused",
                Self { problem: Some(t("No key signs.")), unlisted: 900, behind: 12, ..Self::sample() },
            ),
            ("fetched by nobody", nobody),
        ]
    }
}

fn sample_fetchers() -> Vec<KeyFetcherRow> {
    let row = |address: Text, program: Option<&str>, ago: i64, times, next| KeyFetcherRow {
        address,
        program: program.map(str::to_owned),
        last: When::new(SAMPLE_NOW - ago, SAMPLE_NOW),
        times,
        next,
    };
    let yes = || Some(Badge::new(Tone::Good, t("yes")));
    let not_yet = Badge::new(Tone::Warning, t("not yet since they were published"));
    let long = "An-Identity-Aware-Proxy-With-A-Very-Long-Name-Of-Its-Own/2026.11";
    vec![
        row(Text::verbatim("203.0.113.7"), Some("python-requests/2.31"), 7_200, 1_204, Some(not_yet)),
        row(Text::verbatim("2001:db8:85a3:8d3::/64"), Some(long), 40, 12, yes()),
        row(Text::verbatim("198.51.100.2"), None, 86_400 * 40, 1, yes()),
        row(t("others, too many to tell apart"), None, 600, 20_000, None),
    ]
}
