//! `/settings/security/authenticator/remove`

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::{Chrome, Page, Section, When};

/// Removing the second step. Posts `form_token` to `/settings/security/authenticator/remove`.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/authenticator_remove.html")]
pub struct AuthenticatorRemove {
    /// The frame.
    pub chrome: Chrome,
    /// Since when it is there.
    pub since: When,
}

impl Page for AuthenticatorRemove {
    const NAME: &'static str = "authenticator-remove";

    fn sample() -> Self {
        let now = super::SAMPLE_NOW;
        Self { chrome: Chrome::sample(Section::Security), since: When::new(now - 40 * 86_400, now) }
    }
}
