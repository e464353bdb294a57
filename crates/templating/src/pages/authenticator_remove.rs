//! `/settings/security/authenticator/remove`

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::{Chrome, Page, Section, Text, When, t};

/// Removing the second step. Posts `form_token` to `/settings/security/authenticator/remove`.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/authenticator_remove.html")]
pub struct AuthenticatorRemove {
    /// The frame.
    pub chrome: Chrome,
    /// Since when it is there.
    pub since: When,
    /// Whether it is the last second factor, so that the password alone is enough without it.
    pub is_last: bool,
    /// Who asks for it, so that it cannot be removed.
    pub kept: Option<Text>,
}

impl Page for AuthenticatorRemove {
    const NAME: &'static str = "authenticator-remove";

    fn sample() -> Self {
        let now = super::SAMPLE_NOW;
        let since = When::new(now - 40 * 86_400, now);
        Self { chrome: Chrome::sample(Section::Security), since, is_last: true, kept: None }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let asked =
            t("This server asks you for a second factor. Set up another one before you remove the last.");
        vec![
            ("asked for", Self { kept: Some(asked), ..Self::sample() }),
            ("passkeys stay", Self { is_last: false, ..Self::sample() }),
        ]
    }
}
