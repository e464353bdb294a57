//! A new end for a token.

use askama::Template;
use serde::{Deserialize, Serialize};

use super::TokenHeading;
use crate::{Badge, Chrome, Page, Text, Tone, When, pages::SAMPLE_NOW, t};

/// The question before a token is renewed. Posts `form_token` to `{id}/renew` below the list.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/tokens/renew.html")]
pub struct TokenRenew {
    /// The frame.
    pub chrome: Chrome,
    /// The token.
    pub token: TokenHeading,
    /// Its state, e.g. *ends in 6 days* or *expired*.
    pub state: Badge,
    /// Whose it is, if not the person's own.
    pub owner: Option<Text>,
    /// When it ends or ended.
    pub old_end: Option<When>,
    /// When it would end.
    pub new_end: When,
    /// Why the new end is not later, a sentence; empty where nothing caps it.
    pub cap: Text,
}

impl Page for TokenRenew {
    const NAME: &'static str = "token-renew";

    fn sample() -> Self {
        let (chrome, token) = TokenHeading::sample();
        Self {
            chrome,
            token,
            state: super::sample_ending(),
            owner: None,
            old_end: Some(When::new(SAMPLE_NOW + 6 * 86_400, SAMPLE_NOW)),
            new_end: When::new(SAMPLE_NOW + 90 * 86_400, SAMPLE_NOW),
            cap: Text::default(),
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let (chrome, token) = TokenHeading::sample_of_organization();
        let expired = Self {
            chrome,
            token,
            state: Badge::new(Tone::Bad, t("expired")),
            old_end: Some(When::new(SAMPLE_NOW - 9 * 86_400, SAMPLE_NOW)),
            new_end: When::new(SAMPLE_NOW + 30 * 86_400, SAMPLE_NOW),
            cap: super::sample_cap(30),
            ..Self::sample()
        };
        let (chrome, token) = TokenHeading::sample_for_admins();
        let other = Self { chrome, token, owner: Some(Text::verbatim("Charles Babbage")), ..expired.clone() };
        vec![("expired", expired), ("of another", other)]
    }
}
