//! Which token a page is about.

use serde::{Deserialize, Serialize};

use super::TokenPlace;
use crate::{AdminTab, Chrome, OrganizationTab, Section};

/// A token as the head of a page that does something with it says it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TokenHeading {
    /// Where it is managed.
    pub place: TokenPlace,
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: String,
}

impl TokenHeading {
    /// Path of its page.
    pub(crate) fn url(&self) -> String {
        self.place.url_of(&self.id)
    }

    /// Path of the page to go back to: administrators have only the list.
    pub(crate) fn back_url(&self) -> String {
        if self.place.is_everybody() { self.place.url() } else { self.url() }
    }

    /// The token of the samples, with the frame of its pages.
    pub(crate) fn sample() -> (Chrome, Self) {
        let sample = Self {
            place: TokenPlace::Personal,
            id: "01930f6e-7b7c-7a80-9d4e-52f1c0a8b9d3".into(),
            name: "Nightly import".into(),
        };
        (Chrome::sample(Section::Tokens), sample)
    }

    /// The same, of an organization.
    pub(crate) fn sample_of_organization() -> (Chrome, Self) {
        let (_, sample) = Self::sample();
        let place = TokenPlace::sample_organization();
        (Chrome::sample_organization(OrganizationTab::Tokens), Self { place, ..sample })
    }

    /// The same, called something that hardly fits.
    pub(crate) fn with_a_long_name(self) -> Self {
        let name = "Every night at three: copy the warehouse, the ledger and the observatory's plates 🌙";
        Self { name: name.into(), ..self }
    }

    /// The same, as administrators see it.
    pub(crate) fn sample_for_admins() -> (Chrome, Self) {
        let (_, sample) = Self::sample();
        let chrome = Chrome::sample_admin(Section::Admin(AdminTab::Tokens));
        (chrome, Self { place: TokenPlace::Everybody, ..sample })
    }
}
