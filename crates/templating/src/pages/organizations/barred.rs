//! Any page of an organization, for a member who lacks what it asks for.

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::{Chrome, Page, Section};

/// What a member sees of an organization that asks for a second factor which they have not got.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/organizations/barred.html")]
pub struct OrganizationBarred {
    /// The frame.
    pub chrome: Chrome,
    /// What the organization is called.
    pub name: String,
    /// Where an authenticator app is set up.
    pub authenticator_url: String,
    /// Where a passkey is added, where there can be passkeys.
    pub passkey_url: Option<String>,
}

impl Page for OrganizationBarred {
    const NAME: &'static str = "organization-barred";

    fn sample() -> Self {
        Self {
            chrome: Chrome::sample(Section::Organizations),
            name: "Acme Labs".into(),
            authenticator_url: "/settings/security/authenticator?return_to=%2Forganizations%2Facme-labs"
                .into(),
            passkey_url: Some(
                "/settings/security/passkeys/new?return_to=%2Forganizations%2Facme-labs".into(),
            ),
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let long = "The Analytical Society for Weavers, Astronomers and Insurance Clerks of Marylebone 🧮";
        vec![("long name", Self { name: long.into(), passkey_url: None, ..Self::sample() })]
    }
}
