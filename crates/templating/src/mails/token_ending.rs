//! A token ends soon.

use serde::{Deserialize, Serialize};

use super::facts::Facts;
use super::mail::{Mail, MailFrame, rendered_from};
use crate::{Text, When, pages::SAMPLE_NOW, t};

/// A token that ends soon, to its owner; for a token of an organization, to those who may renew it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TokenEnding {
    /// What all mails have.
    pub frame: MailFrame,
    /// What the token is called.
    pub token: String,
    /// What of its value may be shown, e.g. `postern_pat_…x7Kq`.
    pub hint: String,
    /// Name of the organization it speaks for, if it is no personal one.
    pub organization: Option<String>,
    /// When it ends.
    pub expires: When,
    /// When it was last used, if ever.
    pub last_used: Option<When>,
    /// The page that renews it, whole.
    pub renew_url: String,
}

impl TokenEnding {
    fn facts(&self) -> Facts {
        let used = self.last_used.as_ref().map_or(t("never"), When::exact);
        Facts::of_token(&self.token, &self.hint).with(t("Last used"), used)
    }
}

impl Mail for TokenEnding {
    const NAME: &'static str = "token-ending";

    fn about(&self) -> Text {
        t("Your token {token} ends {when}").with("token", &self.token).with("when", self.expires.relative())
    }

    rendered_from!(TokenEnding, "mails/token_ending.txt", "mails/token_ending.html");

    fn sample() -> Self {
        Self {
            frame: MailFrame::sample(),
            token: "Nightly import".into(),
            hint: "postern_oat_…x7Kq".into(),
            organization: Some("Acme Labs".into()),
            expires: When::new(SAMPLE_NOW + 6 * 86_400, SAMPLE_NOW),
            last_used: Some(When::new(SAMPLE_NOW - 25_000, SAMPLE_NOW)),
            renew_url: "https://id.example.com/organizations/acme-labs/tokens/01930f6e/renew".into(),
        }
    }
}
