//! The one page that shows a client secret.

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::{AppFace, Chrome, Page, Section, Shortened, Snippet};

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
    /// The client got a further secret. Holds how long the old one goes on, as the end of a sentence, e.g. *until you
    /// revoke it*.
    Rotated(String),
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
        vec![
            (
                "rotated",
                Self { occasion: SecretOccasion::Rotated("until you revoke it".into()), ..Self::sample() },
            ),
            ("public", Self { client_secret: None, ..Self::sample() }),
        ]
    }
}
