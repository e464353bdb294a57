//! An account is going to be deleted, or is.

use serde::{Deserialize, Serialize};

use super::facts::Facts;
use super::mail::{Mail, MailFrame, rendered_from};
use crate::{Text, When, pages::SAMPLE_NOW, t};

/// The end of an account, to its owner.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AccountEnd {
    /// What all mails have.
    pub frame: MailFrame,
    /// The user name of the account.
    pub username: String,
    /// When it goes; `None` if it is gone.
    pub deletes: Option<When>,
    /// When this was asked for, or done.
    pub at: When,
    /// The network address it was asked for from, if that is known.
    pub address: Option<String>,
    /// Where one takes it back, whole.
    pub account_url: String,
}

impl AccountEnd {
    fn facts(&self) -> Facts {
        Facts::of_account(&self.username, &self.at, self.address.as_deref())
    }
}

impl Mail for AccountEnd {
    const NAME: &'static str = "account-end";

    fn about(&self) -> Text {
        match self.deletes {
            Some(_) => t("Your account is going to be deleted"),
            None => t("Your account was deleted"),
        }
    }

    rendered_from!(AccountEnd, "mails/account_end.txt", "mails/account_end.html");

    fn sample() -> Self {
        Self {
            frame: MailFrame::sample(),
            username: "ada".into(),
            deletes: Some(When::new(SAMPLE_NOW + 14 * 86_400, SAMPLE_NOW)),
            at: When::new(SAMPLE_NOW, SAMPLE_NOW),
            address: Some("203.0.113.7".into()),
            account_url: "https://id.example.com/settings/account".into(),
        }
    }
}
