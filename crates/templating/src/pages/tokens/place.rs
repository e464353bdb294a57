//! Whose tokens a page is about, and so where it is.

use serde::{Deserialize, Serialize};

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

    pub(crate) fn title(&self) -> &'static str {
        match self {
            Self::Everybody => "All tokens",
            Self::Personal | Self::Organization(_) => "Tokens",
        }
    }

    /// What bounds a token, as the end of *more than …*.
    pub(crate) fn bound(&self) -> &'static str {
        match self {
            Self::Personal => "you may",
            Self::Organization(_) => "you may in the organization",
            Self::Everybody => "that person may",
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
