//! Somebody else revoked a token.

use serde::{Deserialize, Serialize};

use super::facts::Facts;
use super::mail::{Mail, MailFrame, rendered_from};
use crate::{Text, When, pages::SAMPLE_NOW, t};

/// A token that somebody else revoked, to its owner.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TokenRevoked {
    /// What all mails have.
    pub frame: MailFrame,
    /// What the token is called.
    pub token: String,
    /// What of its value may be shown, e.g. `postern_pat_…x7Kq`.
    pub hint: String,
    /// Name of the organization it spoke for, if it was no personal one.
    pub organization: Option<String>,
    /// Who revoked it, e.g. *Grace Hopper, an administrator*.
    pub by: Text,
    /// When.
    pub at: When,
    /// The list of tokens, where a new one can be made, whole.
    pub tokens_url: String,
}

impl TokenRevoked {
    fn facts(&self) -> Facts {
        Facts::of_token(&self.token, &self.hint).with(t("Revoked"), self.at.exact())
    }
}

impl Mail for TokenRevoked {
    const NAME: &'static str = "token-revoked";

    fn about(&self) -> Text {
        t("Your token {token} was revoked").with("token", &self.token)
    }

    rendered_from!(TokenRevoked, "mails/token_revoked.txt", "mails/token_revoked.html");

    fn sample() -> Self {
        Self {
            frame: MailFrame::sample(),
            token: "Nightly import".into(),
            hint: "postern_pat_…x7Kq".into(),
            organization: None,
            by: t("{name}, an administrator").with("name", "Grace Hopper"),
            at: When::new(SAMPLE_NOW, SAMPLE_NOW),
            tokens_url: "https://id.example.com/settings/tokens".into(),
        }
    }
}
