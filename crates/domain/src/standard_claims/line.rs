use std::fmt;

use serde::{Deserialize, Serialize};

use super::StandardClaimError;
use crate::account::is_unseen;

/// A short text on one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Line(String);

/// A text of a few lines, separated by `\n`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Lines(String);

impl Line {
    /// Reads a line; surrounding space is dropped.
    ///
    /// # Errors
    /// [`StandardClaimError::Line`] if it is empty, over 100 characters, or holds characters that are not seen.
    pub fn parse(text: &str) -> Result<Self, StandardClaimError> {
        let text = text.trim();
        let is_good = (1..=100).contains(&text.chars().count()) && !text.chars().any(is_unseen);
        if is_good { Ok(Self(text.to_owned())) } else { Err(StandardClaimError::Line) }
    }

    /// The line.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Lines {
    /// Reads lines as a browser sends them; empty ones and surrounding space are dropped.
    ///
    /// # Errors
    /// [`StandardClaimError::Lines`] if there is none, or more than 5 or 300 characters, or characters that are not seen.
    pub fn parse(text: &str) -> Result<Self, StandardClaimError> {
        let lines: Vec<_> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let is_good = (1..=5).contains(&lines.len())
            && text.chars().count() <= 300
            && !lines.iter().any(|line| line.chars().any(is_unseen));
        if is_good { Ok(Self(lines.join("\n"))) } else { Err(StandardClaimError::Lines) }
    }

    /// The lines.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_what_is_seen_of_them() {
        assert_eq!(Lines::parse(" 1 Main St\r\n\r\n Apt 2 ").unwrap().as_str(), "1 Main St\nApt 2");
        let six = "a\n".repeat(6);
        for text in ["", " \n ", six.as_str(), "a\u{0}b", &"x".repeat(301)] {
            assert!(Lines::parse(text).is_err(), "{text:?}");
        }
        for text in ["", "a\nb", &"x".repeat(101)] {
            assert!(Line::parse(text).is_err(), "{text:?}");
        }
    }
}
