//! How a module ended.

use serde::{Deserialize, Serialize};

/// What the suite says of a module, in its own words.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Outcome {
    /// All was right.
    Passed,
    /// All was right as far as a program can tell; a person looks at a page.
    Review,
    /// It does not apply to what this server offers.
    Skipped,
    /// Allowed, but not as the suite would have it.
    Warning,
    /// Something was wrong.
    Failed,
    /// It could not go on.
    Interrupted,
    /// It did not end in time.
    TimedOut,
}

impl Outcome {
    /// Reads the state and the result the suite gives a module that has ended.
    pub(crate) fn of(status: &str, result: &str) -> Self {
        match (status, result) {
            ("FINISHED", "PASSED") => Self::Passed,
            ("FINISHED", "REVIEW") => Self::Review,
            ("FINISHED", "SKIPPED") => Self::Skipped,
            ("FINISHED", "WARNING") => Self::Warning,
            ("FINISHED", _) => Self::Failed,
            _ => Self::Interrupted,
        }
    }

    /// Whether it needs no explanation: a review is a person's part, which no program can do.
    pub(crate) fn is_fine(self) -> bool {
        matches!(self, Self::Passed | Self::Review)
    }

    /// As the suite writes it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Passed => "PASSED",
            Self::Review => "REVIEW",
            Self::Skipped => "SKIPPED",
            Self::Warning => "WARNING",
            Self::Failed => "FAILED",
            Self::Interrupted => "INTERRUPTED",
            Self::TimedOut => "TIMEDOUT",
        }
    }
}
