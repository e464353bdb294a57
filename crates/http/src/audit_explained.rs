//! What was written down under an id, in plain sentences, as the API and commands show it.

use postern_flows::api_tokens::TriedLine;
use postern_flows::calls::{Explained, Rejudged, Since};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::audit_event::AuditEvent;

/// A call or a change, and what happened in plain sentences.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditExplained {
    #[serde(flatten)]
    event: AuditEvent,
    explanation: AuditExplanation,
}

/// What happened, in plain sentences. They are for people and may change.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditExplanation {
    /// Who did what, and what came of it.
    told: Vec<String>,
    /// What to do about it.
    advice: Vec<String>,
    /// Of a call: the line of the token's limits that let it pass, or those that got furthest, as they were when it came.
    lines: Vec<ExplainedLine>,
    /// How many further lines there were.
    more_lines: u64,
    /// The first change of the token's limits since.
    limits_changed: Option<LimitsChanged>,
}

/// A limit and how far a call got with it.
#[derive(Debug, Serialize, ToSchema)]
struct ExplainedLine {
    /// Counted from 1.
    line: usize,
    limit: String,
    passes: bool,
    /// In words.
    reason: String,
}

/// A change of limits after a call.
#[derive(Debug, Serialize, ToSchema)]
struct LimitsChanged {
    /// Of the change.
    id: Uuid,
    /// In Unix seconds.
    at: i64,
    /// What the limits say to the same call now, in a sentence.
    now: String,
}

impl From<Explained> for AuditExplained {
    fn from(explained: Explained) -> Self {
        let Explained { event, told, advice, limits, .. } = explained;
        let Rejudged { lines, more, since } = limits.unwrap_or_default();
        let explanation = AuditExplanation {
            told: told.iter().map(ToString::to_string).collect(),
            advice: advice.iter().map(ToString::to_string).collect(),
            lines: lines.into_iter().map(Into::into).collect(),
            more_lines: u64::try_from(more).unwrap_or(u64::MAX),
            limits_changed: since.map(Into::into),
        };
        Self { event: event.into(), explanation }
    }
}

impl From<TriedLine> for ExplainedLine {
    fn from(line: TriedLine) -> Self {
        let TriedLine { line, limit, passes, reason } = line;
        Self { line, limit, passes, reason: reason.to_string() }
    }
}

impl From<Since> for LimitsChanged {
    fn from(since: Since) -> Self {
        Self { id: since.id.0, at: since.at.0, now: since.now.to_string() }
    }
}
