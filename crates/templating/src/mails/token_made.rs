//! An administrator made a token for somebody.

use serde::{Deserialize, Serialize};

use super::facts::Facts;
use super::mail::{Mail, MailFrame, rendered_from};
use crate::{Text, When, pages::SAMPLE_NOW, t, tn};

/// A token that an administrator made for somebody, to that person.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TokenMade {
    /// What all mails have.
    pub frame: MailFrame,
    /// What the token is called.
    pub token: String,
    /// What of its value may be shown, e.g. `postern_pat_…x7Kq`.
    pub hint: String,
    /// Name of who made it; the operator of the server, where nobody with an account did.
    pub by: Option<String>,
    /// What it may do, e.g. *everything you may do* or *4 scopes*.
    pub holds: Text,
    /// When it ends, if ever.
    pub expires: Option<When>,
    /// The page of the token, where it can be revoked, whole.
    pub token_url: String,
}

impl TokenMade {
    fn facts(&self) -> Facts {
        let end = self.expires.as_ref().map_or(t("never by itself"), When::exact);
        Facts::of_token(&self.token, &self.hint).with(t("It may do"), &self.holds).with(t("Ends"), end)
    }
}

impl Mail for TokenMade {
    const NAME: &'static str = "token-made";

    fn about(&self) -> Text {
        match &self.by {
            Some(name) => t("{name} made a token for you").with("name", name),
            None => t("The operator of this server made a token for you"),
        }
    }

    rendered_from!(TokenMade, "mails/token_made.txt", "mails/token_made.html");

    fn sample() -> Self {
        Self {
            frame: MailFrame::sample(),
            token: "Warehouse terminal".into(),
            hint: "postern_pat_…x7Kq".into(),
            by: Some("Grace Hopper".into()),
            holds: tn("{count} scope", "{count} scopes", 4_u64),
            expires: Some(When::new(SAMPLE_NOW + 30 * 86_400, SAMPLE_NOW)),
            token_url: "https://id.example.com/settings/tokens/01930f6e".into(),
        }
    }
}
