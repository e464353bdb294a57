//! The password of an account was changed.

use serde::{Deserialize, Serialize};

use super::facts::Facts;
use super::mail::{Mail, MailFrame, rendered_from};
use crate::{Text, When, pages::SAMPLE_NOW, t};

/// That an account has another password, to its owner.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PasswordChanged {
    /// What all mails have.
    pub frame: MailFrame,
    /// The user name of the account.
    pub username: String,
    /// What happened, a sentence, e.g. *The password of your account was changed by a recovery link.*
    pub what: Text,
    /// When.
    pub at: When,
    /// The network address it was changed from, if that is known.
    pub address: Option<String>,
    /// Where another one can be set, whole.
    pub recover_url: String,
}

impl PasswordChanged {
    fn facts(&self) -> Facts {
        Facts::of_account(&self.username, &self.at, self.address.as_deref())
    }
}

impl Mail for PasswordChanged {
    const NAME: &'static str = "password-changed";

    fn about(&self) -> Text {
        t("Your password was changed")
    }

    rendered_from!(PasswordChanged, "mails/password_changed.txt", "mails/password_changed.html");

    fn sample() -> Self {
        Self {
            frame: MailFrame::sample(),
            username: "ada".into(),
            what: t("The password of your account was changed by a recovery link."),
            at: When::new(SAMPLE_NOW, SAMPLE_NOW),
            address: Some("203.0.113.7".into()),
            recover_url: "https://id.example.com/recover".into(),
        }
    }
}
