//! `/reauthenticate`

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::{Chrome, Field, FieldError, Page, Section};

/// The password once more, before a sensitive change. Posts `password`, `return_to` and `form_token` to
/// `/reauthenticate`.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/reauthenticate.html")]
pub struct Reauthenticate {
    /// The frame; its account is the one that has to confirm.
    pub chrome: Chrome,
    /// What comes next, as the end of *Confirm it is you to …*, e.g. *rotate a client secret*.
    pub purpose: String,
    /// `password`; its value is never shown again.
    pub password: Field,
    /// Own path to go to afterwards, sent back as it is.
    pub return_to: String,
}

impl Reauthenticate {
    /// What is wrong, for the summary.
    pub fn errors(&self) -> Vec<FieldError<'_>> {
        self.password.summary("password").into_iter().collect()
    }
}

impl Page for Reauthenticate {
    const NAME: &'static str = "reauthenticate";

    fn sample() -> Self {
        Self {
            chrome: Chrome::sample(Section::Elsewhere),
            purpose: "rotate a client secret".into(),
            password: Field::empty(),
            return_to: "/developer/clients/postern_ci_sample".into(),
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        vec![(
            "refused",
            Self { password: Field::empty().with_error("The password is wrong."), ..Self::sample() },
        )]
    }
}
