//! Somebody is invited to an organization.

use askama::Template;
use serde::{Deserialize, Serialize};

use super::mail::{Mail, MailFrame, plain, subject};
use crate::{When, pages::SAMPLE_NOW};

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
    pub role: String,
    /// The address the invitation is for.
    pub email: String,
    /// The link that accepts it, whole.
    pub url: String,
    /// When it ends.
    pub expires: When,
}

#[derive(Template)]
#[template(path = "mails/invitation.txt", whitespace = "preserve")]
struct Text<'a> {
    mail: &'a Invitation,
}

#[derive(Template)]
#[template(path = "mails/invitation.html")]
struct Html<'a> {
    mail: &'a Invitation,
}

impl Mail for Invitation {
    const NAME: &'static str = "invitation";

    fn subject(&self) -> String {
        subject(&format!("{} invites you to {}", self.inviter, self.organization))
    }

    fn text(&self) -> askama::Result<String> {
        plain(&Text { mail: self })
    }

    fn html(&self) -> askama::Result<String> {
        Html { mail: self }.render()
    }

    fn sample() -> Self {
        Self {
            frame: MailFrame { to_name: String::new(), ..MailFrame::sample() },
            organization: "Acme Labs".into(),
            inviter: "Charles Babbage".into(),
            role: "admin".into(),
            email: "ada@example.com".into(),
            url: "https://id.example.com/organizations/join?invitation=2Vhk3mW5q8Yx0Zc7Tn4Rb9Lp1Jd6Fs0Ga"
                .into(),
            expires: When::new(SAMPLE_NOW + 7 * 86_400, SAMPLE_NOW),
        }
    }
}
