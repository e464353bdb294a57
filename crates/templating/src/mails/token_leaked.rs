//! A token was found where others could read it.

use serde::{Deserialize, Serialize};

use super::facts::Facts;
use super::mail::{Mail, MailFrame, rendered_from};
use crate::{Text, When, pages::SAMPLE_NOW, t};

/// A token that was found in the open and therefore revoked, to its owner.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TokenLeaked {
    /// What all mails have.
    pub frame: MailFrame,
    /// What the token is called; for a secret of a client or an app's token, what that is called.
    pub token: String,
    /// What of its value may be shown, e.g. `postern_pat_…x7Kq`.
    pub hint: String,
    /// Where it was found, an address as the finder wrote it; none where nothing was said.
    pub found_at: Option<String>,
    /// Who reported it, e.g. *GitHub secret scanning*; none where nobody gave a name.
    pub reporter: Option<String>,
    /// When it was revoked.
    pub at: When,
    /// When it was last used, if ever, and the address that was from, if it is known.
    pub last_used: Option<(When, Option<String>)>,
    /// The page where a new one is made, whole.
    pub new_url: String,
}

impl TokenLeaked {
    fn facts(&self) -> Facts {
        let facts = Facts::of_token(&self.token, &self.hint);
        let found = match &self.found_at {
            Some(place) => facts.with(t("Found at"), place),
            None => facts,
        };
        found.with(t("Revoked"), self.at.exact()).with(t("Last used"), self.last_use())
    }

    fn last_use(&self) -> Text {
        match &self.last_used {
            None => t("never"),
            Some((when, Some(address))) => {
                t("{when} from {address}").with("when", when.exact()).with("address", address)
            }
            Some((when, None)) => t("{when} from an address that is not known").with("when", when.exact()),
        }
    }
}

impl Mail for TokenLeaked {
    const NAME: &'static str = "token-leaked";

    fn about(&self) -> Text {
        t("Your token {token} leaked and is revoked").with("token", &self.token)
    }

    rendered_from!(TokenLeaked, "mails/token_leaked.txt", "mails/token_leaked.html");

    fn sample() -> Self {
        Self {
            frame: MailFrame::sample(),
            token: "Nightly import".into(),
            hint: "postern_pat_…x7Kq".into(),
            found_at: Some("https://git.example.org/ada/import/blob/main/.env#L3".into()),
            reporter: Some("GitHub secret scanning".into()),
            at: When::new(SAMPLE_NOW, SAMPLE_NOW),
            last_used: Some((When::new(SAMPLE_NOW - 25_000, SAMPLE_NOW), Some("203.0.113.7".into()))),
            new_url: "https://id.example.com/settings/tokens/new".into(),
        }
    }
}
