//! What a form shows again after an error.

use serde::{Deserialize, Serialize};

use crate::Text;

/// One input: what the person typed, and what is wrong with it.
///
/// The value of a password is never written into a page, whatever it holds here.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// What the input holds.
    pub value: String,
    /// One sentence saying what to change, if something is wrong.
    pub error: Option<Text>,
}

impl Field {
    /// An input that holds `value`.
    pub fn new(value: impl Into<String>) -> Self {
        Self { value: value.into(), error: None }
    }

    /// An empty input.
    pub fn empty() -> Self {
        Self::default()
    }

    /// The same input with what is wrong with it.
    pub fn with_error(mut self, error: impl Into<Text>) -> Self {
        self.error = Some(error.into());
        self
    }

    /// The error for the summary on top of the form, linked to the input with this id.
    pub(crate) fn summary<'a>(&'a self, id: &'a str) -> Option<FieldError<'a>> {
        self.error.clone().map(|text| FieldError { id, text })
    }
}

impl From<String> for Field {
    fn from(value: String) -> Self {
        Self::new(value)
    }
}

/// An entry of the error summary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError<'a> {
    /// `id` of the input.
    pub id: &'a str,
    /// The sentence, the same as beside the input.
    pub text: Text,
}

impl<'a> FieldError<'a> {
    /// An entry for something that is no [`Field`].
    pub(crate) fn plain(id: &'a str, text: &Option<Text>) -> Option<Self> {
        text.clone().map(|text| Self { id, text })
    }
}

/// One option of a select, of radio buttons or of checkboxes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// What the form sends.
    pub value: String,
    /// What the person reads.
    pub label: Text,
    /// A sentence under it, or nothing.
    pub help: Text,
    /// Whether it is chosen.
    pub selected: bool,
}

impl Choice {
    /// An option that is not chosen, without help.
    pub fn new(value: impl Into<String>, label: impl Into<Text>) -> Self {
        Self { value: value.into(), label: label.into(), help: Text::default(), selected: false }
    }

    /// The same with a sentence under it.
    pub fn with_help(mut self, help: impl Into<Text>) -> Self {
        self.help = help.into();
        self
    }

    /// The same, chosen if `selected`.
    pub fn selected(mut self, selected: bool) -> Self {
        self.selected = selected;
        self
    }
}
