//! The one page that shows a client secret.

use askama::Template;
use serde::{Deserialize, Serialize};

use super::SAMPLE_NOW;
use crate::{AppFace, Chrome, Page, Section, Shortened, Snippet, Text, When, t};

/// Id, secret and snippets, right after a client was made or its secret was rotated. Answer it with `no-store`.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/client_secret.html")]
pub struct ClientSecret {
    /// The frame.
    pub chrome: Chrome,
    /// What was just done.
    pub occasion: SecretOccasion,
    /// Path of the client's page.
    pub url: String,
    /// The client's name and logo.
    pub face: AppFace,
    /// Its id.
    pub client_id: Shortened,
    /// The secret, shown this once; none for a public client.
    pub client_secret: Option<String>,
    /// Code for this client with its secret left as a variable, one language each.
    pub snippets: Vec<Snippet>,
}

/// What led to [`ClientSecret`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum SecretOccasion {
    /// The client was made.
    Created,
    /// The client got a further secret. Holds a sentence on how long the old one goes on.
    Rotated(Text),
}

impl Page for ClientSecret {
    const NAME: &'static str = "client-secret";

    fn sample() -> Self {
        Self {
            chrome: Chrome::sample(Section::Clients),
            occasion: SecretOccasion::Created,
            url: "/developer/clients/postern_ci_sample".into(),
            face: AppFace::new("Field Notes"),
            client_id: Shortened::new("postern_ci_2Vhk3mW5q8Yx0Zc7Tn4Rb9Lp1Jd6Fs0Ga"),
            client_secret: Some("postern_cs_5Tq0Vb1Zx8Lk3Nc6Rp9Wy2Gd4Hs7Jm0Fa1Kzuq8".into()),
            snippets: Snippet::samples(),
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let latest = When::new(SAMPLE_NOW + 7 * 86_400, SAMPLE_NOW).relative();
        let old_one = t("The old secret goes on working until you revoke it, {when} at the latest.");
        vec![
            (
                "rotated",
                Self { occasion: SecretOccasion::Rotated(old_one.with("when", latest)), ..Self::sample() },
            ),
            ("public", Self { client_secret: None, ..Self::sample() }),
        ]
    }
}
