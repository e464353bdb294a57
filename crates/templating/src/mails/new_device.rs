//! Somebody signed in in another browser than before.

use serde::{Deserialize, Serialize};

use super::facts::Facts;
use super::mail::{Mail, MailFrame, rendered_from};
use crate::{Text, When, pages::SAMPLE_NOW, t};

/// That somebody signed in to an account in a browser that it does not know, to its owner.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NewDevice {
    /// What all mails have.
    pub frame: MailFrame,
    /// The user name of the account.
    pub username: String,
    /// The browser in words, e.g. *Firefox on Linux*.
    pub device: Text,
    /// The network address.
    pub address: String,
    /// When.
    pub at: When,
    /// Where one sees where one is signed in, whole.
    pub sessions_url: String,
}

impl NewDevice {
    fn facts(&self) -> Facts {
        Facts::of_account(&self.username, &self.at, Some(&self.address))
            .with(t("Browser"), self.device.clone())
    }
}

impl Mail for NewDevice {
    const NAME: &'static str = "new-device";

    fn about(&self) -> Text {
        t("New sign-in: {device}").with("device", &self.device)
    }

    rendered_from!(NewDevice, "mails/new_device.txt", "mails/new_device.html");

    fn sample() -> Self {
        Self {
            frame: MailFrame::sample(),
            username: "ada".into(),
            device: t("{browser} on {system}").with("browser", "Firefox").with("system", "Linux"),
            address: "203.0.113.7".into(),
            at: When::new(SAMPLE_NOW, SAMPLE_NOW),
            sessions_url: "https://id.example.com/settings/sessions".into(),
        }
    }
}
