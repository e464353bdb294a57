//! `/setup`

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::{Chrome, Field, FieldError, Page};

/// The first administrator of an empty instance. Posts `username`, `email`, `name`, `password`, `token` and
/// `form_token` to `/setup`.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/setup.html")]
pub struct Setup {
    /// The frame.
    pub chrome: Chrome,
    /// The one-time token of the link, sent back as it is.
    pub token: String,
    /// What went wrong as a whole.
    pub problem: Option<String>,
    /// `username`
    pub username: Field,
    /// `email`
    pub email: Field,
    /// `name`, may stay empty.
    pub name: Field,
    /// `password`; its value is never shown again.
    pub password: Field,
}

impl Setup {
    /// What is wrong, for the summary.
    pub fn errors(&self) -> Vec<FieldError<'_>> {
        [
            self.username.summary("username"),
            self.email.summary("email"),
            self.name.summary("name"),
            self.password.summary("password"),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

impl Page for Setup {
    const NAME: &'static str = "setup";

    fn sample() -> Self {
        Self {
            chrome: Chrome::sample_signed_out(),
            token: "sample-setup-token".into(),
            problem: None,
            username: Field::empty(),
            email: Field::empty(),
            name: Field::empty(),
            password: Field::empty(),
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        vec![(
            "errors",
            Self {
                username: Field::new("ada"),
                email: Field::new("ada@example.com"),
                password: Field::empty().with_error("Use at least 8 characters."),
                ..Self::sample()
            },
        )]
    }
}
