//! `/recover`

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::{Chrome, Field, FieldError, Page, Text, t};

/// Asking for a link back into an account. Posts `identifier`, `return_to` and `form_token` to `/recover`.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/recover.html")]
pub struct Recover {
    /// The frame.
    pub chrome: Chrome,
    /// Whether a link was asked for. Whose it is, and whether it was sent, the page does not know.
    pub is_asked: bool,
    /// What went wrong as a whole, e.g. *There were too many requests from your network.*
    pub problem: Option<Text>,
    /// User name or e-mail, `identifier`.
    pub identifier: Field,
    /// Own path to go to once signed in, sent back as it is.
    pub return_to: String,
    /// The way back to the sign-in, `return_to` included.
    pub sign_in_url: String,
}

impl Recover {
    /// What is wrong, for the summary.
    pub fn errors(&self) -> Vec<FieldError<'_>> {
        self.identifier.summary("identifier").into_iter().collect()
    }
}

impl Page for Recover {
    const NAME: &'static str = "recover";

    fn sample() -> Self {
        Self {
            chrome: Chrome::sample_signed_out(),
            is_asked: false,
            problem: None,
            identifier: Field::empty(),
            return_to: "/".into(),
            sign_in_url: "/login?return_to=%2F".into(),
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let error = t("Enter your user name or your e-mail.");
        let problem = "There were too many requests from your network; try again in 40 minutes.";
        vec![
            ("asked", Self { is_asked: true, ..Self::sample() }),
            ("errors", Self { identifier: Field::empty().with_error(error), ..Self::sample() }),
            ("too many", Self { problem: Some(Text::verbatim(problem)), ..Self::sample() }),
        ]
    }
}
