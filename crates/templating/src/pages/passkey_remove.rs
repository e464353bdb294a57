//! `/settings/security/passkeys/{id}/remove`

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::{Chrome, Page, Section, Text, t};

/// Removing a passkey. Posts `form_token` to `/settings/security/passkeys/{id}/remove`.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/passkey_remove.html")]
pub struct PasskeyRemove {
    /// The frame.
    pub chrome: Chrome,
    /// Its handle.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// Whether it is the last second factor, so that the password alone is enough without it.
    pub is_last: bool,
    /// Who asks for it, so that it cannot be removed.
    pub kept: Option<Text>,
}

impl Page for PasskeyRemove {
    const NAME: &'static str = "passkey-remove";

    fn sample() -> Self {
        Self {
            chrome: Chrome::sample(Section::Security),
            id: "01931b5c-6f2e-7c3a-9d6e-2f1f0a6b4c11".into(),
            name: "Phone".into(),
            is_last: true,
            kept: None,
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let long = "A passkey with a name that goes on and on, for a device that its owner keeps in a drawer";
        let asked = t(
            "{organization} asks its members for a second factor. Set up another one before you remove the last, or leave the organization.",
        );
        let asked = asked.with("organization", "Acme Labs");
        vec![
            ("asked for", Self { kept: Some(asked), ..Self::sample() }),
            ("one of several", Self { is_last: false, ..Self::sample() }),
            ("long name", Self { name: long.into(), ..Self::sample() }),
        ]
    }
}
