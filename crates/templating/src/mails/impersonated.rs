//! An administrator acts as the owner of an account.

use serde::{Deserialize, Serialize};

use super::facts::Facts;
use super::mail::{Mail, MailFrame, rendered_from};
use crate::{Text, When, pages::SAMPLE_NOW, t};

/// That an administrator acts as the owner of an account, to that person.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Impersonated {
    /// What all mails have.
    pub frame: MailFrame,
    /// The user name of the account.
    pub username: String,
    /// What the administrator is called.
    pub by: String,
    /// Their user name.
    pub by_username: String,
    /// Why, in their words.
    pub reason: String,
    /// When it began.
    pub at: When,
    /// When it ends at the latest.
    pub until: When,
    /// Where one sees and ends it, whole.
    pub sessions_url: String,
}

impl Impersonated {
    fn facts(&self) -> Facts {
        Facts::default()
            .with(t("Account"), self.username.clone())
            .with(t("Administrator"), self.who())
            .with(t("Reason"), self.reason.clone())
            .with(t("When"), self.at.exact())
            .with(t("Until"), self.until.exact())
    }

    fn who(&self) -> Text {
        t("{name} ({username})").with("name", &*self.by).with("username", &*self.by_username)
    }
}

impl Mail for Impersonated {
    const NAME: &'static str = "impersonated";

    fn about(&self) -> Text {
        t("An administrator acts as you")
    }

    rendered_from!(Impersonated, "mails/impersonated.txt", "mails/impersonated.html");

    fn sample() -> Self {
        Self {
            frame: MailFrame::sample(),
            username: "ada".into(),
            by: "Grace Hopper".into(),
            by_username: "grace".into(),
            reason: "Ticket 4711: the import page stays empty".into(),
            at: When::new(SAMPLE_NOW, SAMPLE_NOW),
            until: When::new(SAMPLE_NOW + 1_800, SAMPLE_NOW),
            sessions_url: "https://id.example.com/settings/sessions".into(),
        }
    }
}
