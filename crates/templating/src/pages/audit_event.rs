//! `/audit/{id}`

use askama::Template;
use serde::{Deserialize, Serialize};

use super::{SAMPLE_NOW, TokenTriedLine};
use crate::{Badge, Chrome, Markup, Page, Section, Text, Tone, When, markup, t};

/// One call or change, and what happened in plain sentences.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/audit_event.html")]
pub struct AuditEventPage {
    /// The frame.
    pub chrome: Chrome,
    /// Its id.
    pub id: String,
    /// What it is, for the heading: *A call* or *A change*.
    pub what: Text,
    /// When.
    pub when: When,
    /// What came of it.
    pub outcome: Badge,
    /// Who changed what, if it is a change.
    pub act: Option<AuditAct>,
    /// What happened with a call: sentences.
    pub told: Vec<Text>,
    /// What to do: sentences.
    pub advice: Vec<Text>,
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

/// A change.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AuditAct {
    /// Who did what: a sentence.
    pub sentence: Markup,
    /// From where, and with what.
    pub details: Text,
}

/// A change of limits after a call.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AuditSince {
    /// Its id.
    pub id: String,
    /// When.
    pub when: When,
    /// What the limits say now: a sentence.
    pub now: Text,
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
            reason: Text::verbatim(reason.to_owned()),
        };
        let url = "https://jira.example.com/rest/api/2/issue/JRA-7";
        let facts = [("address", "203.0.113.7"), ("method", "DELETE"), ("url", url), ("status", "403")];
        Self {
            chrome: Chrome::sample(Section::Audit),
            id: "01930f6e-7b7c-7a80-9d4e-52f1c0a8b9d3".into(),
            what: t("A call"),
            when: When::new(SAMPLE_NOW - 90, SAMPLE_NOW),
            outcome: Badge::new(Tone::Bad, t("refused, {status}").with("status", "403")),
            act: None,
            told: vec![
                Text::verbatim(format!(
                    "ada called DELETE {url}, behind the guard, with the token “Nightly import”, from 203.0.113.7."
                )),
                t("It was refused, with {status}.").with("status", "403"),
                t("No limit of the token let it pass."),
            ],
            advice: vec![
                t(
                    "If it should pass, change the limits of the token: try the request with them first, and see by replay what else would change.",
                ),
                t(
                    "If it should not, whoever has the token asks for more than it is meant for: look at who that is.",
                ),
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
            outcome: Badge::new(Tone::Warning, t("would be refused, {status}").with("status", "200")),
            more_lines: 950,
            since: Some(AuditSince {
                id: "01930f6e-7b7c-7a80-9d4e-52f1c0a8b9d4".into(),
                when: When::new(SAMPLE_NOW - 30, SAMPLE_NOW),
                now: t("As they are now, line {line} lets the same call pass.").with("line", 1_u64),
            }),
            ..sample.clone()
        };
        let act = Self {
            what: t("A change"),
            outcome: Badge::new(Tone::Accent, t("changed")),
            act: Some(AuditAct {
                sentence: markup(
                    "<strong><bdi>{who}</bdi></strong> gave a new secret to the client <bdi>{what}</bdi>",
                )
                .with("who", "ada")
                .with("what", "Time tracker 🌍"),
                details: t("from {address}").with("address", "203.0.113.7"),
            }),
            told: Vec::new(),
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
