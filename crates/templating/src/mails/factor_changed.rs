//! Something was done about the second step of an account.

use serde::{Deserialize, Serialize};

use super::facts::Facts;
use super::mail::{Mail, MailFrame, rendered_from};
use crate::{Text, When, pages::SAMPLE_NOW, t};

/// That something was done about the second step of an account, to its owner.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FactorChanged {
    /// What all mails have.
    pub frame: MailFrame,
    /// The user name of the account.
    pub username: String,
    /// What was done, as a heading, e.g. *The second step of your account was removed*.
    pub what: Text,
    /// Whether it is that a passkey was locked since there may be a copy of it.
    pub is_copied: bool,
    /// When.
    pub at: When,
    /// The network address it came from, if that is known.
    pub address: Option<String>,
    /// Where one sees it, whole.
    pub security_url: String,
}

impl FactorChanged {
    fn facts(&self) -> Facts {
        Facts::of_account(&self.username, &self.at, self.address.as_deref())
    }
}

impl Mail for FactorChanged {
    const NAME: &'static str = "factor-changed";

    fn about(&self) -> Text {
        self.what.clone()
    }

    rendered_from!(FactorChanged, "mails/factor_changed.txt", "mails/factor_changed.html");

    fn sample() -> Self {
        Self {
            frame: MailFrame::sample(),
            username: "ada".into(),
            what: t("The second step of your account was removed"),
            is_copied: false,
            at: When::new(SAMPLE_NOW, SAMPLE_NOW),
            address: Some("203.0.113.7".into()),
            security_url: "https://id.example.com/settings/security".into(),
        }
    }
}
