//! The end of a token.

use askama::Template;
use serde::{Deserialize, Serialize};

use super::TokenHeading;
use crate::{Chrome, Page, Text, When, pages::SAMPLE_NOW};

/// The question before a token is revoked. Posts `form_token` to `{id}/revoke` below the list.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/tokens/revoke.html")]
pub struct TokenRevoke {
    /// The frame.
    pub chrome: Chrome,
    /// The token.
    pub token: TokenHeading,
    /// What of the value may be shown, e.g. `postern_pat_…x7Kq`.
    pub hint: String,
    /// Whose it is, if not the person's own; that person gets a mail.
    pub owner: Option<Text>,
    /// When it was last used, if ever.
    pub last_used: Option<When>,
    /// The address it was last used from.
    pub last_address: Option<String>,
    /// Whether the value before the present one still works: it stops as well.
    pub has_old_value: bool,
}

impl Page for TokenRevoke {
    const NAME: &'static str = "token-revoke";

    fn sample() -> Self {
        let (chrome, token) = TokenHeading::sample();
        Self {
            chrome,
            token,
            hint: "postern_pat_…x7Kq".into(),
            owner: None,
            last_used: Some(When::new(SAMPLE_NOW - 25_000, SAMPLE_NOW)),
            last_address: Some("203.0.113.7".into()),
            has_old_value: true,
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let (chrome, token) = TokenHeading::sample_of_organization();
        let unused = Self {
            chrome,
            token: token.with_a_long_name(),
            last_used: None,
            last_address: None,
            has_old_value: false,
            ..Self::sample()
        };
        let (chrome, token) = TokenHeading::sample_for_admins();
        let other =
            Self {
                chrome, token, owner: Some(Text::verbatim("محمد بن موسى الخوارزمي")), ..Self::sample()
            };
        vec![("not used", unused), ("of another", other)]
    }
}
