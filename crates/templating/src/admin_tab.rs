//! Where among the administrators' pages a page is.

use serde::{Deserialize, Serialize};

use crate::{Text, t};

/// The administrators' pages, below `/admin`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AdminTab {
    /// `/admin/users` and below
    Users,
    /// `/admin/tokens` and below
    Tokens,
}

impl AdminTab {
    /// All of them, as they stand side by side.
    pub(crate) const ALL: [Self; 2] = [Self::Users, Self::Tokens];

    /// Whether it is for who manages users, and not only for who administers the instance.
    pub(crate) fn is_of_users(self) -> bool {
        matches!(self, Self::Users | Self::Tokens)
    }

    /// Its address.
    pub fn url(self) -> &'static str {
        match self {
            Self::Users => "/admin/users",
            Self::Tokens => "/admin/tokens",
        }
    }

    /// What it is called.
    pub fn label(self) -> Text {
        match self {
            Self::Users => t("Users"),
            Self::Tokens => t("Tokens"),
        }
    }
}
