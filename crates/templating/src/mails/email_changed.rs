//! An account has another e-mail address.

use serde::{Deserialize, Serialize};

use super::facts::Facts;
use super::mail::{Mail, MailFrame, rendered_from};
use crate::{Text, When, pages::SAMPLE_NOW, t};

/// That an account has another e-mail address, to the one it had before.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EmailChanged {
    /// What all mails have.
    pub frame: MailFrame,
    /// The user name of the account.
    pub username: String,
    /// When.
    pub at: When,
    /// The network address it came from, if that is known.
    pub address: Option<String>,
    /// Where one sees it, whole.
    pub profile_url: String,
}

impl EmailChanged {
    fn facts(&self) -> Facts {
        Facts::of_account(&self.username, &self.at, self.address.as_deref())
    }
}

impl Mail for EmailChanged {
    const NAME: &'static str = "email-changed";

    fn about(&self) -> Text {
        t("Your account has another e-mail address")
    }

    rendered_from!(EmailChanged, "mails/email_changed.txt", "mails/email_changed.html");

    fn sample() -> Self {
        Self {
            frame: MailFrame::sample(),
            username: "ada".into(),
            at: When::new(SAMPLE_NOW, SAMPLE_NOW),
            address: Some("203.0.113.7".into()),
            profile_url: "https://id.example.com/settings/profile".into(),
        }
    }
}
