//! Ids and tokens: shortened in the middle for the eye, copied whole.

use askama::{Template, filters::HtmlSafe};
use serde::{Deserialize, Serialize};

/// An id in monospace with a copy button. In a template, `{{ id }}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Template)]
#[template(path = "parts/shortened.html")]
pub struct Shortened {
    /// The whole value.
    pub full: String,
}

impl HtmlSafe for Shortened {}

impl Shortened {
    /// What stays on the left of the gap.
    const HEAD: usize = 15;
    /// What stays on the right of the gap.
    const TAIL: usize = 6;

    /// Wraps a whole value.
    pub fn new(full: impl Into<String>) -> Self {
        Self { full: full.into() }
    }

    /// The value with its middle left out; whole where that would save nothing.
    pub fn short(&self) -> String {
        let count = self.full.chars().count();
        if count <= Self::HEAD + Self::TAIL + 3 {
            return self.full.clone();
        }
        let head: String = self.full.chars().take(Self::HEAD).collect();
        let tail: String = self.full.chars().skip(count - Self::TAIL).collect();
        format!("{head}…{tail}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_lose_their_middle_only() {
        assert_eq!(Shortened::new("postern_ci_0123456789abcdefghijklmnop").short(), "postern_ci_0123…klmnop");
        assert_eq!(Shortened::new("short").short(), "short");
        assert_eq!(Shortened::new("é".repeat(40)).short().chars().count(), 22);
    }
}
