//! An administrator made a token for somebody.

use serde::{Deserialize, Serialize};

use super::mail::{Mail, MailFrame, rendered_from, subject};
use crate::{When, pages::SAMPLE_NOW};

/// A token that an administrator made for somebody, to that person.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TokenMade {
    /// What all mails have.
    pub frame: MailFrame,
    /// What the token is called.
    pub token: String,
    /// What of its value may be shown, e.g. `postern_pat_…x7Kq`.
    pub hint: String,
    /// Who made it.
    pub by: String,
    /// What it may do, e.g. *everything you may do* or *4 scopes*.
    pub holds: String,
    /// When it ends, if ever.
    pub expires: Option<When>,
    /// The page of the token, where it can be revoked, whole.
    pub token_url: String,
}

impl Mail for TokenMade {
    const NAME: &'static str = "token-made";

    fn subject(&self) -> String {
        subject(&format!("{} made a token for you", self.by))
    }

    rendered_from!(TokenMade, "mails/token_made.txt", "mails/token_made.html");

    fn sample() -> Self {
        Self {
            frame: MailFrame::sample(),
            token: "Warehouse terminal".into(),
            hint: "postern_pat_…x7Kq".into(),
            by: "Grace Hopper".into(),
            holds: "4 scopes".into(),
            expires: Some(When::new(SAMPLE_NOW + 30 * 86_400, SAMPLE_NOW)),
            token_url: "https://id.example.com/settings/tokens/01930f6e".into(),
        }
    }
}
