//! `/developer/clients/{client_id}/delete`

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::{AppFace, Chrome, Field, FieldError, Page, Section, t};

/// The question before a client is deleted. Posts `confirm` (its name, typed) and `form_token` to `{url}/delete`.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/client_delete.html")]
pub struct ClientDelete {
    /// The frame.
    pub chrome: Chrome,
    /// Path of the client's page.
    pub url: String,
    /// Its name and logo. Compare the typed name with white space trimmed on both sides.
    pub face: AppFace,
    /// How many people it has access for.
    pub users: u64,
    /// How many of its tokens work now.
    pub live_tokens: u64,
    /// `confirm`
    pub confirm: Field,
}

impl ClientDelete {
    /// What is wrong, for the summary.
    pub fn errors(&self) -> Vec<FieldError<'_>> {
        self.confirm.summary("confirm").into_iter().collect()
    }
}

impl Page for ClientDelete {
    const NAME: &'static str = "client-delete";

    fn sample() -> Self {
        Self {
            chrome: Chrome::sample(Section::Clients),
            url: "/developer/clients/postern_ci_sample".into(),
            face: AppFace::new("Field Notes"),
            users: 1_204,
            live_tokens: 2_310,
            confirm: Field::empty(),
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        vec![(
            "refused",
            Self {
                users: 0,
                live_tokens: 0,
                confirm: Field::new("field notes")
                    .with_error(t("Type the name exactly: {name}.").with("name", "Field Notes")),
                ..Self::sample()
            },
        )]
    }
}
