//! A new end for a token.

use askama::Template;
use serde::{Deserialize, Serialize};

use super::TokenPlace;
use crate::{Badge, Chrome, OrganizationTab, Page, Section, Tone, When, pages::SAMPLE_NOW};

/// The question before a token is renewed. Posts `form_token` to `{id}/renew` below [`TokenPlace::url`].
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/tokens/renew.html")]
pub struct TokenRenew {
    /// The frame.
    pub chrome: Chrome,
    /// Whose token it is.
    pub place: TokenPlace,
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Its state, e.g. *ends in 6 days* or *expired*.
    pub state: Badge,
    /// Whose it is, if not the person's own.
    pub owner: Option<String>,
    /// When it ends or ended.
    pub old_end: Option<When>,
    /// When it would end.
    pub new_end: When,
    /// Why the new end is not later, a sentence; empty where nothing caps it.
    pub cap: String,
}

impl TokenRenew {
    fn url(&self) -> String {
        self.place.url_of(&self.id)
    }

    fn back_url(&self) -> String {
        if self.place.is_everybody() { self.place.url() } else { self.url() }
    }
}

impl Page for TokenRenew {
    const NAME: &'static str = "token-renew";

    fn sample() -> Self {
        Self {
            chrome: Chrome::sample(Section::Tokens),
            place: TokenPlace::Personal,
            id: "01930f6e-7b7c-7a80-9d4e-52f1c0a8b9d3".into(),
            name: "Nightly import".into(),
            state: Badge::new(Tone::Warning, "ends in 6 days"),
            owner: None,
            old_end: Some(When::new(SAMPLE_NOW + 6 * 86_400, SAMPLE_NOW)),
            new_end: When::new(SAMPLE_NOW + 90 * 86_400, SAMPLE_NOW),
            cap: String::new(),
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let expired = Self {
            chrome: Chrome::sample_organization(OrganizationTab::Tokens),
            place: TokenPlace::sample_organization(),
            state: Badge::new(Tone::Bad, "expired"),
            old_end: Some(When::new(SAMPLE_NOW - 9 * 86_400, SAMPLE_NOW)),
            new_end: When::new(SAMPLE_NOW + 30 * 86_400, SAMPLE_NOW),
            cap: "Acme Labs allows 30 days at most.".into(),
            ..Self::sample()
        };
        let other = Self {
            chrome: Chrome::sample_admin(Section::AllTokens),
            place: TokenPlace::Everybody,
            owner: Some("Charles Babbage".into()),
            ..expired.clone()
        };
        vec![("expired", expired), ("of another", other)]
    }
}
