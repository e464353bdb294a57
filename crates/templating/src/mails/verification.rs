//! Somebody says that an address is theirs.

use serde::{Deserialize, Serialize};

use super::mail::{Mail, MailFrame, rendered_from};
use crate::{Text, When, pages::SAMPLE_NOW, t};

/// A link that proves whose an address is, to that address.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Verification {
    /// What all mails have.
    pub frame: MailFrame,
    /// The address.
    pub email: String,
    /// The link, whole.
    pub url: String,
    /// When it ends.
    pub expires: When,
}

impl Verification {
    fn works(&self) -> Text {
        t("It works once, until {when}, for the account that asked for it.")
            .with("when", self.expires.exact())
    }
}

impl Mail for Verification {
    const NAME: &'static str = "verification";

    fn about(&self) -> Text {
        t("Confirm your e-mail address")
    }

    rendered_from!(Verification, "mails/verification.txt", "mails/verification.html");

    fn sample() -> Self {
        Self {
            frame: MailFrame::sample(),
            email: "ada@example.com".into(),
            url:
                "https://id.example.com/settings/profile/email?verification=2Vhk3mW5q8Yx0Zc7Tn4Rb9Lp1Jd6Fs0Ga"
                    .into(),
            expires: When::new(SAMPLE_NOW + 86_400, SAMPLE_NOW),
        }
    }
}
