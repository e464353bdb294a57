//! Where among the administrators' pages a page is.

use serde::{Deserialize, Serialize};

use crate::{Text, t};

/// The administrators' pages, below `/admin`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AdminTab {
    /// `/admin`
    Overview,
    /// `/admin/users` and below
    Users,
    /// `/admin/organizations`
    Organizations,
    /// `/admin/clients`
    Clients,
    /// `/admin/tokens` and below
    Tokens,
    /// `/admin/keys`
    Keys,
    /// `/admin/providers`
    Providers,
    /// `/admin/mails`
    Mails,
    /// `/admin/branding`
    Branding,
    /// `/admin/settings`
    Settings,
}

impl AdminTab {
    /// All of them, as they stand side by side.
    pub(crate) const ALL: [Self; 10] = [
        Self::Overview,
        Self::Users,
        Self::Organizations,
        Self::Clients,
        Self::Tokens,
        Self::Keys,
        Self::Providers,
        Self::Mails,
        Self::Branding,
        Self::Settings,
    ];

    /// Whether it is for who manages users, and not only for who administers the instance.
    pub(crate) fn is_of_users(self) -> bool {
        matches!(self, Self::Users | Self::Tokens)
    }

    /// Its address.
    pub fn url(self) -> &'static str {
        match self {
            Self::Overview => "/admin",
            Self::Users => "/admin/users",
            Self::Organizations => "/admin/organizations",
            Self::Clients => "/admin/clients",
            Self::Tokens => "/admin/tokens",
            Self::Keys => "/admin/keys",
            Self::Providers => "/admin/providers",
            Self::Mails => "/admin/mails",
            Self::Branding => "/admin/branding",
            Self::Settings => "/admin/settings",
        }
    }

    /// What it is called.
    pub fn label(self) -> Text {
        match self {
            Self::Overview => t("Overview"),
            Self::Users => t("Users"),
            Self::Organizations => t("Organizations"),
            Self::Clients => t("Clients"),
            Self::Tokens => t("Tokens"),
            Self::Keys => t("Keys"),
            Self::Providers => t("Sign-in providers"),
            Self::Mails => t("Mails"),
            Self::Branding => t("Branding"),
            Self::Settings => t("Settings"),
        }
    }
}
