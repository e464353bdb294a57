//! An account was made for somebody.

use serde::{Deserialize, Serialize};

use super::mail::{Mail, MailFrame, rendered_from};
use crate::{Text, When, pages::SAMPLE_NOW, t};

/// That an administrator made an account, to its owner, who is to choose a password.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AccountMade {
    /// What all mails have.
    pub frame: MailFrame,
    /// The user name of the account.
    pub username: String,
    /// The link, whole.
    pub url: String,
    /// When it ends.
    pub expires: When,
}

impl AccountMade {
    /// How long the link works.
    fn works(&self) -> Text {
        t("The link works once, until {when}.").with("when", self.expires.exact())
    }
}

impl Mail for AccountMade {
    const NAME: &'static str = "account-made";

    fn about(&self) -> Text {
        t("Your account at {service}").with("service", &*self.frame.service)
    }

    rendered_from!(AccountMade, "mails/account_made.txt", "mails/account_made.html");

    fn sample() -> Self {
        Self {
            frame: MailFrame::sample(),
            username: "ada".into(),
            url: "https://id.example.com/recover/password?recovery=c2FtcGxl".into(),
            expires: When::new(SAMPLE_NOW + 7 * 86_400, SAMPLE_NOW),
        }
    }
}
