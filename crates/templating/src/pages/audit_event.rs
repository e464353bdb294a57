//! `/audit/{id}`

use askama::Template;
use serde::{Deserialize, Serialize};

use super::{SAMPLE_NOW, TokenTriedLine};
use crate::{Badge, Chrome, Page, Section, Tone, When};

/// One call or change, and what happened in plain sentences.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/audit_event.html")]
pub struct AuditEventPage {
    /// The frame.
    pub chrome: Chrome,
    /// Its id.
    pub id: String,
    /// What it is, for the heading: *A call* or *A change*.
    pub what: String,
    /// When.
    pub when: When,
    /// What came of it.
    pub outcome: Badge,
    /// What happened: sentences.
    pub told: Vec<String>,
    /// What to do: sentences.
    pub advice: Vec<String>,
    /// The lines of the token's limits that decided, as they were.
    pub lines: Vec<TokenTriedLine>,
    /// How many further lines there were.
    pub more_lines: u64,
    /// The first change of the limits since.
    pub since: Option<AuditSince>,
    /// The path of the token's page, if the reader has one.
    pub token_url: Option<String>,
    /// The path below which its calls are replayed, if the reader may do that.
    pub replay_url: Option<String>,
    /// The call, if it can be tried again with the token's limits.
    pub again: Option<AuditAgain>,
    /// All there is, by name.
    pub facts: Vec<(String, String)>,
}

/// A change of limits after a call.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AuditSince {
    /// Its id.
    pub id: String,
    /// When.
    pub when: When,
    /// What the limits say now: a sentence.
    pub now: String,
}

/// A call to try again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AuditAgain {
    /// The method.
    pub method: String,
    /// The URL.
    pub url: String,
    /// The token's limits.
    pub limits: String,
}

impl Page for AuditEventPage {
    const NAME: &'static str = "audit-event";

    fn sample() -> Self {
        let line = |line: usize, limit: &str, reason: &str| TokenTriedLine {
            line,
            limit: limit.into(),
            reason: reason.into(),
        };
        let url = "https://jira.example.com/rest/api/2/issue/JRA-7";
        let facts = [("address", "203.0.113.7"), ("method", "DELETE"), ("url", url), ("status", "403")];
        Self {
            chrome: Chrome::sample(Section::Audit),
            id: "01930f6e-7b7c-7a80-9d4e-52f1c0a8b9d3".into(),
            what: "A call".into(),
            when: When::new(SAMPLE_NOW - 90, SAMPLE_NOW),
            outcome: Badge::new(Tone::Bad, "refused, 403"),
            told: vec![
                format!(
                    "ada called DELETE {url}, behind the guard, with the token “Nightly import”, from 203.0.113.7."
                ),
                "It was refused, with 403.".into(),
                "No limit of the token let it pass.".into(),
            ],
            advice: vec![
                "If it should pass, change the limits of the token: try the request with them first, and see by replay what else would change.".into(),
                "If it should not, whoever has the token asks for more than it is meant for: look at who that is.".into(),
            ],
            lines: vec![
                line(1, "[get].*/rest/api/2/project.*", "its methods don't include DELETE"),
                line(2, ".*/rest/api/2/filter[JsonData::editable==false]", "its URL does not match"),
            ],
            more_lines: 0,
            since: None,
            token_url: Some("/settings/tokens/01930f6e-7b7c-7a80-9d4e-52f1c0a8b9d3".into()),
            replay_url: Some("/settings/tokens/01930f6e-7b7c-7a80-9d4e-52f1c0a8b9d3".into()),
            again: Some(AuditAgain {
                method: "DELETE".into(),
                url: url.into(),
                limits: "[get].*/rest/api/2/project.*".into(),
            }),
            facts: facts.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let sample = Self::sample();
        let changed = Self {
            outcome: Badge::new(Tone::Warning, "would be refused, 200"),
            more_lines: 950,
            since: Some(AuditSince {
                id: "01930f6e-7b7c-7a80-9d4e-52f1c0a8b9d4".into(),
                when: When::new(SAMPLE_NOW - 30, SAMPLE_NOW),
                now: "As they are now, line 1 lets the same call pass.".into(),
            }),
            ..sample.clone()
        };
        let act = Self {
            what: "A change".into(),
            outcome: Badge::new(Tone::Accent, "changed"),
            told: vec!["The operator gave a new secret to the client “Time tracker 🌍”.".into()],
            advice: Vec::new(),
            lines: Vec::new(),
            token_url: None,
            replay_url: None,
            again: None,
            facts: vec![("after".into(), format!("{{\"scopes\":[{}]}}", "\"user:read\",".repeat(60)))],
            ..sample
        };
        vec![("changed", changed), ("act", act)]
    }
}
