//! Somebody wants back into an account.

use serde::{Deserialize, Serialize};

use super::mail::{Mail, MailFrame, rendered_from};
use crate::{Text, When, pages::SAMPLE_NOW, t};

/// A link that sets another password, to the address of the account.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Recovery {
    /// What all mails have.
    pub frame: MailFrame,
    /// The user name of the account.
    pub username: String,
    /// The link, whole.
    pub url: String,
    /// When it ends.
    pub expires: When,
}

impl Recovery {
    fn works(&self) -> Text {
        t("It works once, until {when}, and only as the newest of its kind.")
            .with("when", self.expires.exact())
    }
}

impl Mail for Recovery {
    const NAME: &'static str = "recovery";

    fn about(&self) -> Text {
        t("Set another password at {service}").with("service", &self.frame.service)
    }

    rendered_from!(Recovery, "mails/recovery.txt", "mails/recovery.html");

    fn sample() -> Self {
        Self {
            frame: MailFrame::sample(),
            username: "ada".into(),
            url: "https://id.example.com/recover/password?recovery=2Vhk3mW5q8Yx0Zc7Tn4Rb9Lp1Jd6Fs0Ga".into(),
            expires: When::new(SAMPLE_NOW + 1_800, SAMPLE_NOW),
        }
    }
}
