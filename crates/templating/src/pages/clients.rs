//! `/developer/clients`

use askama::Template;
use serde::{Deserialize, Serialize};

use super::SAMPLE_NOW;
use crate::{AppFace, Chrome, Page, Pager, Section, Shortened, Text, When, t};

/// The clients a developer made, with their use.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/clients.html")]
pub struct Clients {
    /// The frame.
    pub chrome: Chrome,
    /// The clients, the latest first.
    pub clients: Vec<ClientRow>,
    /// How many there are on all pages.
    pub total: u64,
    /// The way to the other pages of the list.
    pub pager: Pager,
}

/// One client in the list.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ClientRow {
    /// Its name and logo.
    pub face: AppFace,
    /// Path of its page.
    pub url: String,
    /// `confidential` or `public`.
    pub client_type: Text,
    /// Its id.
    pub client_id: Shortened,
    /// How many people it has access for.
    pub users: u64,
    /// How many of its tokens work now.
    pub live_tokens: u64,
    /// When it last called, if ever.
    pub last_call: Option<When>,
    /// How many of its calls were refused of late.
    pub recent_errors: u64,
}

impl Page for Clients {
    const NAME: &'static str = "clients";

    fn sample() -> Self {
        let row =
            |name: &str, client_type: Text, users, live_tokens, last_call: Option<i64>, recent_errors| {
                ClientRow {
                    face: AppFace::new(name),
                    url: "/developer/clients/postern_ci_sample".into(),
                    client_type,
                    client_id: Shortened::new("postern_ci_2Vhk3mW5q8Yx0Zc7Tn4Rb9Lp1Jd6Fs0Ga"),
                    users,
                    live_tokens,
                    last_call: last_call.map(|ago| When::new(SAMPLE_NOW - ago, SAMPLE_NOW)),
                    recent_errors,
                }
            };
        let long = "The Analytical Engine Companion for Weavers, Astronomers and Insurance Clerks 🧮";
        Self {
            chrome: Chrome::sample(Section::Clients),
            clients: vec![
                row("Field Notes", t("confidential"), 1_204, 2_310, Some(240), 12),
                row(long, t("public"), 10_000, 24_117, Some(3), 0),
                row("دفتر", t("public"), 0, 0, None, 0),
            ],
            total: 3,
            pager: Pager::default(),
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let row = Self::sample().clients;
        vec![
            ("empty", Self { clients: Vec::new(), total: 0, ..Self::sample() }),
            (
                "many",
                Self {
                    clients: row.into_iter().cycle().take(50).collect(),
                    total: 10_000,
                    pager: Pager {
                        previous_url: Some("/developer/clients".into()),
                        next_url: Some("/developer/clients?cursor=sample".into()),
                    },
                    ..Self::sample()
                },
            ),
        ]
    }
}
