//! `/setup`

use askama::Template;
use serde::{Deserialize, Serialize};

use super::NewAccount;
use crate::{Chrome, Field, FieldError, Page, Text, t};

/// The first administrator of an empty instance. Posts the fields of [`NewAccount`], `token` and `form_token` to
/// `/setup`.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/setup.html")]
pub struct Setup {
    /// The frame.
    pub chrome: Chrome,
    /// The one-time token of the link, sent back as it is.
    pub token: String,
    /// What went wrong as a whole.
    pub problem: Option<Text>,
    /// The fields.
    pub account: NewAccount,
}

impl Setup {
    /// What is wrong, for the summary.
    pub fn errors(&self) -> Vec<FieldError<'_>> {
        self.account.errors()
    }
}

impl Page for Setup {
    const NAME: &'static str = "setup";

    fn sample() -> Self {
        Self {
            chrome: Chrome::sample_signed_out(),
            token: "sample-setup-token".into(),
            problem: None,
            account: NewAccount::blank(),
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        vec![(
            "errors",
            Self {
                account: NewAccount {
                    username: Field::new("ada"),
                    email: Field::new("ada@example.com"),
                    name: Field::empty(),
                    password: Field::empty().with_error(t("Use at least 8 characters.")),
                },
                ..Self::sample()
            },
        )]
    }
}
