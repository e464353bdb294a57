//! `/login/second-step`

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::{Account, Chrome, Field, FieldError, Page, Text, t};

/// The second step of a sign-in. Posts `code`, or `ceremony` and `credential` of a passkey, with
/// `return_to` and `form_token` to `/login/second-step`.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/second_step.html")]
pub struct SecondStep {
    /// The frame.
    pub chrome: Chrome,
    /// Whose password was right.
    pub account: Account,
    /// Whether the account has an authenticator app.
    pub has_app: bool,
    /// Whether it has a passkey, which can be used here.
    pub has_passkey: bool,
    /// What went wrong as a whole.
    pub problem: Option<Text>,
    /// `code`, of an authenticator app or a recovery code; its value is never shown again.
    pub code: Field,
    /// Own path to go to afterwards, sent back as it is.
    pub return_to: String,
    /// Where to begin again, `return_to` included.
    pub sign_in_url: String,
}

impl SecondStep {
    /// What is wrong, for the summary.
    pub fn errors(&self) -> Vec<FieldError<'_>> {
        self.code.summary("code").into_iter().collect()
    }
}

impl Page for SecondStep {
    const NAME: &'static str = "second-step";

    fn sample() -> Self {
        Self {
            chrome: Chrome::sample_signed_out(),
            account: Account::sample(),
            has_app: true,
            has_passkey: false,
            problem: None,
            code: Field::empty(),
            return_to: "/".into(),
            sign_in_url: "/login?return_to=%2F".into(),
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let wrong = t("This code is not right, or was used before. Wait for the next one and try again.");
        let no_passkey =
            t("This passkey did not help, or the answer came too late. Try again, or choose another way.");
        let passkey = Self { has_app: false, has_passkey: true, ..Self::sample() };
        vec![
            ("refused", Self { code: Field::empty().with_error(wrong), ..Self::sample() }),
            ("app or passkey", Self { has_passkey: true, ..Self::sample() }),
            ("passkey", passkey.clone()),
            ("passkey refused", Self { problem: Some(no_passkey), ..passkey }),
        ]
    }
}
