//! `/settings/profile/email`

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::{Chrome, Page, Section};

/// The proof that an address is the person's. Posts `return_to`, `form_token` and, behind the link of a mail,
/// `verification` to `/settings/profile/email`.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/profile_email.html")]
pub struct ProfileEmail {
    /// The frame.
    pub chrome: Chrome,
    /// The address.
    pub email: String,
    /// How far the person is.
    pub step: EmailStep,
    /// Own path to go on to, sent back as it is.
    pub return_to: String,
}

/// How far somebody is with confirming an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum EmailStep {
    /// They can ask for a link.
    Ask,
    /// They asked for one.
    Sent,
    /// They opened it; with the value it carries.
    Confirm(String),
}

impl Page for ProfileEmail {
    const NAME: &'static str = "profile-email";

    fn sample() -> Self {
        Self {
            chrome: Chrome::sample(Section::Elsewhere),
            email: "ada@example.com".into(),
            step: EmailStep::Ask,
            return_to: "/".into(),
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let confirm = EmailStep::Confirm("2Vhk3mW5q8Yx0Zc7Tn4Rb9Lp1Jd6Fs0Ga".into());
        let long = format!("{}@engines.example.com", "augusta.ada.king.countess.of.lovelace".repeat(2));
        vec![
            ("confirm", Self { step: confirm, ..Self::sample() }),
            ("sent, long address", Self { step: EmailStep::Sent, email: long, ..Self::sample() }),
        ]
    }
}
