//! `/settings/security/required`

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::{Chrome, Page, Section};

/// What somebody sees of whom the server asks a second factor that they have not got. They can set one up or sign out.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/second_factor_required.html")]
pub struct SecondFactorRequired {
    /// The frame.
    pub chrome: Chrome,
    /// Whether it is asked of administrators only, and not of everybody.
    pub of_administrators: bool,
    /// Where an authenticator app is set up.
    pub authenticator_url: String,
    /// Where a passkey is added, where there can be passkeys.
    pub passkey_url: Option<String>,
}

impl Page for SecondFactorRequired {
    const NAME: &'static str = "second-factor-required";

    fn sample() -> Self {
        Self {
            chrome: Chrome::sample(Section::Elsewhere),
            of_administrators: false,
            authenticator_url: "/settings/security/authenticator?return_to=%2F".into(),
            passkey_url: Some("/settings/security/passkeys/new?return_to=%2F".into()),
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let administrators = Self { of_administrators: true, ..Self::sample() };
        vec![
            ("administrators", administrators),
            ("no passkeys", Self { passkey_url: None, ..Self::sample() }),
        ]
    }
}
