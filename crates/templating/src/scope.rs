//! Scopes in words: to read on the consent page, to choose from in a client's form.

use serde::{Deserialize, Serialize};

use crate::Text;

/// Scopes about one subject, as the consent page lists them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopeGroup {
    /// The subject in one or two words, e.g. *Your identity*.
    pub name: Text,
    /// What is asked for about it.
    pub scopes: Vec<ScopeLine>,
}

/// One scope in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopeLine {
    /// What the app may do, e.g. *See your e-mail address*.
    pub label: Text,
    /// A sentence more, or nothing.
    pub description: Text,
    /// Not yet granted to this app by this person.
    pub new: bool,
}

/// Scopes about one subject, to choose from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopeChoices {
    /// The subject in one or two words.
    pub name: String,
    /// The scopes of the group.
    pub scopes: Vec<ScopeChoice>,
}

/// A scope with a checkbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopeChoice {
    /// The scope itself, e.g. `email`: what the form sends and the app requests.
    pub name: String,
    /// What an app may do with it.
    pub label: String,
    /// A sentence more, or nothing.
    pub description: String,
    /// Whether the box is ticked.
    pub checked: bool,
}

impl ScopeLine {
    /// A line without the mark *new*.
    pub fn new(label: impl Into<Text>, description: impl Into<Text>) -> Self {
        Self { label: label.into(), description: description.into(), new: false }
    }
}

impl ScopeChoice {
    /// A choice, ticked if `checked`.
    pub fn new(
        name: impl Into<String>,
        label: impl Into<String>,
        description: impl Into<String>,
        checked: bool,
    ) -> Self {
        Self { name: name.into(), label: label.into(), description: description.into(), checked }
    }
}
