//! `/settings/security/passkeys/{id}`

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::{Chrome, Field, FieldError, Page, Section, When, t};

/// A passkey and its name. Posts `name` and `form_token` to `/settings/security/passkeys/{id}`.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/passkey.html")]
pub struct PasskeyPage {
    /// The frame.
    pub chrome: Chrome,
    /// Its handle.
    pub id: String,
    /// `name`, what its owner calls it.
    pub name: Field,
    /// When it was added.
    pub added: When,
    /// When somebody last signed in by it.
    pub last_used: Option<When>,
    /// Since when nobody gets in by it any more, as there may be a copy of it.
    pub locked: Option<When>,
}

impl PasskeyPage {
    /// What is wrong, for the summary.
    pub fn errors(&self) -> Vec<FieldError<'_>> {
        self.name.summary("name").into_iter().collect()
    }
}

impl Page for PasskeyPage {
    const NAME: &'static str = "passkey";

    fn sample() -> Self {
        let now = super::SAMPLE_NOW;
        Self {
            chrome: Chrome::sample(Section::Security),
            id: "01931b5c-6f2e-7c3a-9d6e-2f1f0a6b4c11".into(),
            name: Field::new("Phone"),
            added: When::new(now - 40 * 86_400, now),
            last_used: Some(When::new(now - 3_600, now)),
            locked: None,
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let name = Field::new("").with_error(t("Give it a name by which you know it again."));
        vec![
            (
                "locked",
                Self {
                    locked: Some(When::new(super::SAMPLE_NOW - 1_800, super::SAMPLE_NOW)),
                    ..Self::sample()
                },
            ),
            ("never used", Self { last_used: None, ..Self::sample() }),
            ("errors", Self { name, ..Self::sample() }),
        ]
    }
}
