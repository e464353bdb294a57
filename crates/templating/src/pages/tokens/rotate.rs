//! A new value for a token.

use askama::Template;
use serde::{Deserialize, Serialize};

use super::TokenPlace;
use crate::{Choice, Chrome, FieldError, OrganizationTab, Page, Section, When, pages::SAMPLE_NOW};

/// The question before a token is rotated. Posts `overlap` and `form_token` to `{id}/rotate` below
/// [`TokenPlace::url`].
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/tokens/rotate.html")]
pub struct TokenRotate {
    /// The frame.
    pub chrome: Chrome,
    /// Whose token it is.
    pub place: TokenPlace,
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// How long the old value may go on: `0`, `1h`, `24h`, `7d`.
    pub overlaps: Vec<Choice>,
    /// What is wrong with the choice.
    pub error: Option<String>,
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

    fn url(&self) -> String {
        self.place.url_of(&self.id)
    }
}

impl Page for TokenRotate {
    const NAME: &'static str = "token-rotate";

    fn sample() -> Self {
        Self {
            chrome: Chrome::sample(Section::Tokens),
            place: TokenPlace::Personal,
            id: "01930f6e-7b7c-7a80-9d4e-52f1c0a8b9d3".into(),
            name: "Nightly import".into(),
            overlaps: vec![
                Choice::new("0", "Not at all").with_help("If the value may have leaked."),
                Choice::new("1h", "1 hour"),
                Choice::new("24h", "24 hours").with_help("Enough for a nightly job.").selected(true),
                Choice::new("7d", "7 days"),
            ],
            error: None,
            last_used: Some(When::new(SAMPLE_NOW - 25_000, SAMPLE_NOW)),
            expires: Some(When::new(SAMPLE_NOW + 6 * 86_400, SAMPLE_NOW)),
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let organization = Self {
            chrome: Chrome::sample_organization(OrganizationTab::Tokens),
            place: TokenPlace::sample_organization(),
            error: Some("Choose how long the old value goes on.".into()),
            last_used: None,
            expires: None,
            ..Self::sample()
        };
        vec![("of an organization, refused", organization)]
    }
}
