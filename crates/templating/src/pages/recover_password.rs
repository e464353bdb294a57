//! `/recover/password`

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::{Account, Chrome, Field, FieldError, Page, t};

/// Another password, behind the link of a mail. Posts `recovery`, `new_password` and `form_token` to `/recover/password`.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/recover_password.html")]
pub struct RecoverPassword {
    /// The frame.
    pub chrome: Chrome,
    /// The account that the link opens; its user name is offered to password managers.
    pub account: Account,
    /// The value that the link carries, sent back as it is.
    pub recovery: String,
    /// `new_password`; its value is never shown again.
    pub new_password: Field,
}

impl RecoverPassword {
    /// What is wrong, for the summary.
    pub fn errors(&self) -> Vec<FieldError<'_>> {
        self.new_password.summary("new_password").into_iter().collect()
    }
}

impl Page for RecoverPassword {
    const NAME: &'static str = "recover-password";

    fn sample() -> Self {
        Self {
            chrome: Chrome::sample_signed_out(),
            account: Account::sample(),
            recovery: "2Vhk3mW5q8Yx0Zc7Tn4Rb9Lp1Jd6Fs0Ga".into(),
            new_password: Field::empty(),
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let common = t("This is a very common password. Use a few random words instead.");
        vec![("errors", Self { new_password: Field::empty().with_error(common), ..Self::sample() })]
    }
}
