//! `/register`

use askama::Template;
use serde::{Deserialize, Serialize};

use super::{Destination, NewAccount, ProviderButton};
use crate::{AppFace, Chrome, Field, FieldError, Page, Text, t};

/// Sign-up. Posts the fields of [`NewAccount`], `return_to` and `form_token` to `/register`.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/register.html")]
pub struct Register {
    /// The frame.
    pub chrome: Chrome,
    /// Which app the person is heading to, if any.
    pub destination: Option<Destination>,
    /// What went wrong as a whole.
    pub problem: Option<Text>,
    /// The fields.
    pub account: NewAccount,
    /// Who else can say who somebody is.
    pub providers: Vec<ProviderButton>,
    /// Own path to go to afterwards, sent back as it is.
    pub return_to: String,
    /// Where those who have an account sign in, `return_to` included.
    pub sign_in_url: String,
}

impl Register {
    /// What is wrong, for the summary.
    pub fn errors(&self) -> Vec<FieldError<'_>> {
        self.account.errors()
    }
}

impl Page for Register {
    const NAME: &'static str = "register";

    fn sample() -> Self {
        Self {
            chrome: Chrome::sample_signed_out(),
            destination: None,
            problem: None,
            account: NewAccount::blank(),
            providers: Vec::new(),
            return_to: "/".into(),
            sign_in_url: "/login".into(),
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let providers = Self { providers: ProviderButton::samples(), ..Self::sample() };
        vec![("providers", providers), (
            "errors",
            Self {
                destination: Some(Destination {
                    face: AppFace::new("Field Notes"),
                    host: "notes.example.com".into(),
                }),
                account: NewAccount {
                    username: Field::new("ada lovelace")
                        .with_error(t(
                        "Use 2 to 40 letters, digits, dots, hyphens or underscores, beginning and ending with a letter or digit.",
                    )),
                    email: Field::new("ada@")
                        .with_error(t("Write an e-mail address such as ada@example.com.")),
                    name: Field::new("Ada Lovelace"),
                    password: Field::empty()
                        .with_error(t("This is a very common password. Use a few random words instead.")),
                },
                ..Self::sample()
            },
        )]
    }
}
