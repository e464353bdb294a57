//! Somebody is invited to an organization.

use serde::{Deserialize, Serialize};

use super::mail::{Mail, MailFrame, rendered_from};
use crate::{Text, When, pages::SAMPLE_NOW, t};

/// An invitation to an organization, to the address it is bound to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Invitation {
    /// What all mails have.
    pub frame: MailFrame,
    /// Name of the organization.
    pub organization: String,
    /// Name of who invites.
    pub inviter: String,
    /// The role that is offered.
    pub role: Text,
    /// The address the invitation is for.
    pub email: String,
    /// The link that accepts it, whole.
    pub url: String,
    /// When it ends.
    pub expires: When,
}

impl Invitation {
    fn works(&self) -> Text {
        t("It works once, until {when}, for {email} only.")
            .with("when", self.expires.exact())
            .with("email", &self.email)
    }
}

impl Mail for Invitation {
    const NAME: &'static str = "invitation";

    fn about(&self) -> Text {
        t("{inviter} invites you to {organization}")
            .with("inviter", &self.inviter)
            .with("organization", &self.organization)
    }

    rendered_from!(Invitation, "mails/invitation.txt", "mails/invitation.html");

    fn sample() -> Self {
        Self {
            frame: MailFrame { to_name: String::new(), ..MailFrame::sample() },
            organization: "Acme Labs".into(),
            inviter: "Charles Babbage".into(),
            role: t("admin"),
            email: "ada@example.com".into(),
            url: "https://id.example.com/organizations/join?invitation=2Vhk3mW5q8Yx0Zc7Tn4Rb9Lp1Jd6Fs0Ga"
                .into(),
            expires: When::new(SAMPLE_NOW + 7 * 86_400, SAMPLE_NOW),
        }
    }
}
