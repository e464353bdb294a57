//! Whose tokens a page is about, and so where it is.

use serde::{Deserialize, Serialize};

use crate::{Text, t};

/// Where the tokens of a page live.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum TokenPlace {
    /// The person's own: `/settings/tokens`.
    Personal,
    /// Those of the organization with this slug: `/organizations/{slug}/tokens`.
    Organization(String),
    /// Everybody's, for holders of `users:manage`: `/admin/tokens`.
    Everybody,
}

impl TokenPlace {
    /// Path of the list.
    pub fn url(&self) -> String {
        match self {
            Self::Personal => "/settings/tokens".into(),
            Self::Organization(slug) => format!("/organizations/{slug}/tokens"),
            Self::Everybody => "/admin/tokens".into(),
        }
    }

    /// Path of the page of one token.
    pub(crate) fn url_of(&self, id: &str) -> String {
        format!("{}/{id}", self.url())
    }

    pub(crate) fn title(&self) -> Text {
        match self {
            Self::Everybody => t("All tokens"),
            Self::Personal | Self::Organization(_) => t("Tokens"),
        }
    }

    /// What the search of the list finds.
    pub(crate) fn find(&self) -> Text {
        match self {
            Self::Everybody => t("Find by name or owner"),
            Self::Personal | Self::Organization(_) => t("Find by name"),
        }
    }

    /// What bounds a token.
    pub(crate) fn bound(&self) -> Text {
        match self {
            Self::Personal => {
                t("What it may do. It never may do more than you may, whatever is ticked here.")
            }
            Self::Organization(_) => t(
                "What it may do. It never may do more than you may in the organization, whatever is ticked here.",
            ),
            Self::Everybody => {
                t("What it may do. It never may do more than that person may, whatever is ticked here.")
            }
        }
    }

    /// All that a token could be given.
    pub(crate) fn everything(&self) -> Text {
        match self {
            Self::Personal => t("Everything you may"),
            Self::Organization(_) => t("Everything you may in the organization"),
            Self::Everybody => t("Everything that person may"),
        }
    }

    pub(crate) fn is_personal(&self) -> bool {
        *self == Self::Personal
    }

    pub(crate) fn is_everybody(&self) -> bool {
        *self == Self::Everybody
    }

    /// The organization of the samples.
    pub(crate) fn sample_organization() -> Self {
        Self::Organization("acme-labs".into())
    }
}
