//! `/reauthenticate`

use askama::Template;
use serde::{Deserialize, Serialize};

use super::ProviderButton;
use crate::{Chrome, Field, FieldError, Page, Section, Text, t};

/// The password, and the code of a second step, once more, before a sensitive change. Posts `password` and `code`, or
/// `ceremony` and `credential` of a passkey, with `return_to` and `form_token` to `/reauthenticate`.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/reauthenticate.html")]
pub struct Reauthenticate {
    /// The frame; its account is the one that has to confirm.
    pub chrome: Chrome,
    /// What is asked and what comes next, a sentence, e.g. *Enter your password to make a token.*
    pub purpose: Text,
    /// What went wrong as a whole.
    pub problem: Option<Text>,
    /// Whether the account has an authenticator app.
    pub has_app: bool,
    /// Whether it has a passkey, which can be used here.
    pub has_passkey: bool,
    /// Whether there is a password to ask for.
    pub has_password: bool,
    /// Sign-in providers that can say who the person is.
    pub providers: Vec<ProviderButton>,
    /// `password`; its value is never shown again.
    pub password: Field,
    /// `code`, if the account has a second step; its value is never shown again.
    pub code: Option<Field>,
    /// Own path to go to afterwards, sent back as it is.
    pub return_to: String,
}

impl Reauthenticate {
    /// Whether there is something to prove it with besides the providers.
    fn asks(&self) -> bool {
        self.has_password || self.has_passkey
    }

    /// What is wrong, for the summary.
    pub fn errors(&self) -> Vec<FieldError<'_>> {
        let code = self.code.as_ref().and_then(|code| code.summary("code"));
        self.password.summary("password").into_iter().chain(code).collect()
    }
}

impl Page for Reauthenticate {
    const NAME: &'static str = "reauthenticate";

    fn sample() -> Self {
        Self {
            chrome: Chrome::sample(Section::Elsewhere),
            purpose: t("Enter your password to change a client and its secrets."),
            problem: None,
            has_app: false,
            has_passkey: false,
            has_password: true,
            providers: Vec::new(),
            password: Field::empty(),
            code: None,
            return_to: "/developer/clients/postern_ci_sample".into(),
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let refused = t("This is not your password. Check it and try again.");
        let wrong = t("This code is not right, or was used before. Wait for the next one.");
        let providers = Self { providers: ProviderButton::samples(), ..Self::sample() };
        let purpose = t("Sign in once more to go on.");
        vec![
            ("providers", providers.clone()),
            ("no password", Self { has_password: false, purpose, ..providers }),
            ("refused", Self { password: Field::empty().with_error(refused), ..Self::sample() }),
            ("second step", Self { code: Some(Field::empty()), has_app: true, ..Self::sample() }),
            (
                "second step refused",
                Self { code: Some(Field::empty().with_error(wrong)), has_app: true, ..Self::sample() },
            ),
            ("passkey", Self { code: Some(Field::empty()), has_passkey: true, ..Self::sample() }),
        ]
    }
}
