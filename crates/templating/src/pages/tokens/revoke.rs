//! The end of a token.

use askama::Template;
use serde::{Deserialize, Serialize};

use super::TokenPlace;
use crate::{Chrome, OrganizationTab, Page, Section, When, pages::SAMPLE_NOW};

/// The question before a token is revoked. Posts `form_token` to `{id}/revoke` below [`TokenPlace::url`].
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/tokens/revoke.html")]
pub struct TokenRevoke {
    /// The frame.
    pub chrome: Chrome,
    /// Whose token it is.
    pub place: TokenPlace,
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// What of the value may be shown, e.g. `postern_pat_…x7Kq`.
    pub hint: String,
    /// Whose it is, if not the person's own; that person gets a mail.
    pub owner: Option<String>,
    /// When it was last used, if ever.
    pub last_used: Option<When>,
    /// The address it was last used from.
    pub last_address: Option<String>,
    /// Whether the value before the present one still works: it stops as well.
    pub has_old_value: bool,
}

impl TokenRevoke {
    fn url(&self) -> String {
        self.place.url_of(&self.id)
    }

    fn back_url(&self) -> String {
        if self.place.is_everybody() { self.place.url() } else { self.url() }
    }
}

impl Page for TokenRevoke {
    const NAME: &'static str = "token-revoke";

    fn sample() -> Self {
        Self {
            chrome: Chrome::sample(Section::Tokens),
            place: TokenPlace::Personal,
            id: "01930f6e-7b7c-7a80-9d4e-52f1c0a8b9d3".into(),
            name: "Nightly import".into(),
            hint: "postern_pat_…x7Kq".into(),
            owner: None,
            last_used: Some(When::new(SAMPLE_NOW - 25_000, SAMPLE_NOW)),
            last_address: Some("203.0.113.7".into()),
            has_old_value: true,
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let unused = Self {
            chrome: Chrome::sample_organization(OrganizationTab::Tokens),
            place: TokenPlace::sample_organization(),
            name: "Every night at three: copy the warehouse, the ledger and the observatory's plates 🌙"
                .into(),
            last_used: None,
            last_address: None,
            has_old_value: false,
            ..Self::sample()
        };
        let other = Self {
            chrome: Chrome::sample_admin(Section::AllTokens),
            place: TokenPlace::Everybody,
            owner: Some("محمد بن موسى الخوارزمي".into()),
            ..Self::sample()
        };
        vec![("not used", unused), ("of another", other)]
    }
}
