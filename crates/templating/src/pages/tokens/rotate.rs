//! A new value for a token.

use askama::Template;
use serde::{Deserialize, Serialize};

use super::TokenHeading;
use crate::{Choice, Chrome, FieldError, Page, When, pages::SAMPLE_NOW, span, t, tn};

/// The question before a token is rotated. Posts `overlap` and `form_token` to `{id}/rotate` below
/// the list.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/tokens/rotate.html")]
pub struct TokenRotate {
    /// The frame.
    pub chrome: Chrome,
    /// The token.
    pub token: TokenHeading,
    /// How long the old value may go on: `0`, `1h`, `24h`, `7d`.
    pub overlaps: Vec<Choice>,
    /// What is wrong with the choice.
    pub error: Option<crate::Text>,
    /// When it was last used, if ever.
    pub last_used: Option<When>,
    /// When it ends, if ever; rotating does not change that.
    pub expires: Option<When>,
}

impl TokenRotate {
    /// What is wrong, for the summary.
    pub fn errors(&self) -> Vec<FieldError<'_>> {
        FieldError::plain("overlap", &self.error).into_iter().collect()
    }
}

impl Page for TokenRotate {
    const NAME: &'static str = "token-rotate";

    fn sample() -> Self {
        let (chrome, token) = TokenHeading::sample();
        Self {
            chrome,
            token,
            overlaps: vec![
                Choice::new("0", t("Not at all")).with_help(t("If the value may have leaked.")),
                Choice::new("1h", span(3_600)),
                Choice::new("24h", tn("{count} hour", "{count} hours", 24_u64))
                    .with_help(t("Enough for a nightly job."))
                    .selected(true),
                Choice::new("7d", span(7 * 86_400)),
            ],
            error: None,
            last_used: Some(When::new(SAMPLE_NOW - 25_000, SAMPLE_NOW)),
            expires: Some(When::new(SAMPLE_NOW + 6 * 86_400, SAMPLE_NOW)),
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let (chrome, token) = TokenHeading::sample_of_organization();
        let organization = Self {
            chrome,
            token,
            error: Some(t("Choose how long the old value goes on.")),
            last_used: None,
            expires: None,
            ..Self::sample()
        };
        vec![("of an organization, refused", organization)]
    }
}
