//! A state as a word with a colour, never a colour alone.

use askama::{Template, filters::HtmlSafe};
use serde::{Deserialize, Serialize};

use crate::Text;

/// The colour of a [`Badge`] or of an entry that wants attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tone {
    /// Neither good nor bad: grey.
    Neutral,
    /// What is going on now: the accent.
    Accent,
    /// In order: green.
    Good,
    /// Wants attention soon: amber.
    Warning,
    /// Broken, expired or revoked: red.
    Bad,
}

impl Tone {
    /// The class that gives the colour.
    pub fn class(self) -> &'static str {
        match self {
            Self::Neutral => "neutral",
            Self::Accent => "accent",
            Self::Good => "good",
            Self::Warning => "warning",
            Self::Bad => "bad",
        }
    }

    /// The icon that says the same as the colour.
    pub fn icon(self) -> &'static str {
        match self {
            Self::Neutral | Self::Accent => "info",
            Self::Good => "check",
            Self::Warning => "warning",
            Self::Bad => "stop",
        }
    }
}

/// A state word, e.g. *active* or *expires in 6 days*. In a template, `{{ badge }}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Template)]
#[template(source = r#"<span class="badge {{ tone.class() }}">{{ text }}</span>"#, ext = "html")]
pub struct Badge {
    /// The colour.
    pub tone: Tone,
    /// One to four words in lower case.
    pub text: Text,
}

impl HtmlSafe for Badge {}

impl Badge {
    /// A badge with this word in this colour.
    pub fn new(tone: Tone, text: impl Into<Text>) -> Self {
        Self { tone, text: text.into() }
    }
}
