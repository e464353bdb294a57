//! Where in an organization a page is.

use serde::{Deserialize, Serialize};

use crate::{Avatar, Text, t};

/// The second row of navigation on every page of one organization: its name and its tabs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganizationNav {
    /// What the organization is called.
    pub name: String,
    /// Its name in addresses.
    pub slug: String,
    /// What the person is there: `owner`, `admin` or `member`.
    pub role: String,
    /// Whether the person may do more than see it and its members: an owner or an admin. Others get the first two
    /// tabs only.
    pub manages: bool,
    /// The tab that is marked.
    pub tab: OrganizationTab,
}

/// The pages of an organization, below `/organizations/{slug}/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum OrganizationTab {
    /// `overview`
    Overview,
    /// `members`
    Members,
    /// `clients`
    Clients,
    /// `tokens` and below
    Tokens,
    /// `customers` and below
    Customers,
    /// `settings` and `delete`
    Settings,
}

impl OrganizationTab {
    /// All of them, as they stand side by side.
    const ALL: [Self; 6] =
        [Self::Overview, Self::Members, Self::Clients, Self::Tokens, Self::Customers, Self::Settings];

    /// The last part of its address.
    pub fn path(self) -> &'static str {
        match self {
            Self::Overview => "overview",
            Self::Members => "members",
            Self::Clients => "clients",
            Self::Tokens => "tokens",
            Self::Customers => "customers",
            Self::Settings => "settings",
        }
    }

    /// What it is called.
    pub fn label(self) -> Text {
        match self {
            Self::Overview => t("Overview"),
            Self::Members => t("Members"),
            Self::Clients => t("Clients"),
            Self::Tokens => t("Tokens"),
            Self::Customers => t("Customers"),
            Self::Settings => t("Settings"),
        }
    }
}

impl OrganizationNav {
    pub(crate) fn tabs(&self) -> impl Iterator<Item = OrganizationTab> {
        let count = if self.manages { OrganizationTab::ALL.len() } else { 2 };
        OrganizationTab::ALL.into_iter().take(count)
    }

    pub(crate) fn url(&self) -> String {
        format!("/organizations/{}", self.slug)
    }

    pub(crate) fn avatar(&self) -> Avatar {
        Avatar::organization(&self.name)
    }

    /// The organization of the samples, seen by its owner.
    pub fn sample(tab: OrganizationTab) -> Self {
        Self { name: "Acme Labs".into(), slug: "acme-labs".into(), role: "owner".into(), manages: true, tab }
    }

    /// One with a name that does not fit, seen by somebody who only is a member.
    pub fn sample_member(tab: OrganizationTab) -> Self {
        Self {
            name: "جمعية النساجين والفلكيين 🧮 and everybody else who has ever owned an analytical engine"
                .into(),
            slug: "weavers-and-astronomers-of-marylebone-co".into(),
            role: "member".into(),
            manages: false,
            tab,
        }
    }
}
