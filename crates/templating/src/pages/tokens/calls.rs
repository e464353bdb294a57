//! The calls of a token that were written down, as pages about them show them.

use serde::{Deserialize, Serialize};

use crate::{Choice, Text, When, tn};

/// Which calls a page is about.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RecordedCalls {
    /// `days`: how far back.
    pub spans: Vec<Choice>,
    /// How many there are.
    pub calls: u64,
    /// From when on, if there were more and only the latest are looked at.
    pub back_to: Option<When>,
    /// Whether calls are written down on this server.
    pub is_recording: bool,
}

/// Calls by their shapes.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct CallShapes {
    /// How many calls.
    pub calls: u64,
    /// Their shapes, the most frequent first.
    pub rows: Vec<CallShapeRow>,
    /// How many further shapes there are.
    pub more: u64,
}

/// Calls with one method to URLs of one shape.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CallShapeRow {
    /// The method.
    pub method: String,
    /// The URL, with a word such as `{number}` for what differs.
    pub shape: String,
    /// How many calls.
    pub calls: u64,
    /// How many of them passed only because limits reported.
    pub reported: u64,
    /// Why, in words.
    pub reason: Text,
    /// The id of the latest.
    pub id: String,
    /// Its URL.
    pub url: String,
    /// When it came.
    pub when: When,
}

impl RecordedCalls {
    /// The last so many days, to choose.
    pub fn choice(days: i64) -> Choice {
        Choice::new(days.to_string(), tn("The last day", "The last {count} days", days))
    }

    /// How far back, as *the last 7 days* stands behind *in*.
    pub(crate) fn span(&self) -> Text {
        let chosen = self.spans.iter().find(|span| span.selected);
        let days = chosen.and_then(|span| span.value.parse::<u64>().ok());
        days.map(|days| tn("the last day", "the last {count} days", days)).unwrap_or_default()
    }

    pub(crate) fn sample(calls: u64) -> Self {
        Self {
            spans: vec![Self::choice(1), Self::choice(7).selected(true), Self::choice(30)],
            calls,
            back_to: None,
            is_recording: true,
        }
    }
}

impl CallShapes {
    pub(crate) fn sample(rows: &[(&str, &str, u64, &str)]) -> Self {
        let row = |(method, shape, calls, reason): &(&str, &str, u64, &str)| CallShapeRow {
            method: (*method).into(),
            shape: (*shape).into(),
            calls: *calls,
            reported: 0,
            reason: Text::verbatim((*reason).to_owned()),
            id: "01930f6e-7b7c-7a80-9d4e-52f1c0a8b9d3".into(),
            url: shape.replace("{number}", "42").replace("{key}", "JRA-7"),
            when: When::new(super::super::SAMPLE_NOW - 3_600, super::super::SAMPLE_NOW),
        };
        Self { calls: rows.iter().map(|row| row.2).sum(), rows: rows.iter().map(row).collect(), more: 0 }
    }
}
