//! `/audit`

use askama::Template;
use serde::{Deserialize, Serialize};

use super::SAMPLE_NOW;
use crate::{Badge, Choice, Chrome, Page, Pager, Section, Tone, When};

/// What was called with which token, and who changed what. The filter is a GET with `token`, `user`, `organization`,
/// `show`, `action`, `from` and `to`; exports are at `/audit/export` with the same ones and `format`.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/audit.html")]
pub struct Audit {
    /// The frame.
    pub chrome: Chrome,
    /// Whose events these are.
    pub scope: AuditScope,
    /// What is wrong with the filter, if something is.
    pub problem: Option<crate::Text>,
    /// The events, the latest first.
    pub events: Vec<AuditRow>,
    /// What is filtered.
    pub filter: AuditFilter,
    /// The filter as the query of an address, without `?`.
    pub query: String,
    /// The way to the other pages of the list.
    pub pager: Pager,
}

/// Whose events somebody sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AuditScope {
    /// Their own.
    Own,
    /// An organization's.
    Organization,
    /// Everybody's.
    Everybody,
}

/// What is filtered.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct AuditFilter {
    /// `token`: an id or a name; may be empty.
    pub token: String,
    /// `user`: an id, a user name or an e-mail; may be empty.
    pub user: String,
    /// `organization`: its slug; empty if none is meant.
    pub organization: String,
    /// `show`: the first is everything.
    pub shows: Vec<Choice>,
    /// `action`: the first is any.
    pub actions: Vec<Choice>,
    /// `id`: of an event; one that is there is shown by itself. May be empty.
    pub id: String,
    /// `from`: a day such as `2026-11-22`; may be empty.
    pub from: String,
    /// `to`: the same.
    pub to: String,
}

/// One event as a sentence: who did what.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AuditRow {
    /// Its id.
    pub id: String,
    /// When.
    pub when: When,
    /// Who, as people are called: a user name, *the operator*.
    pub who: String,
    /// What they did, e.g. *called with the token* or *revoked the token*.
    pub did: String,
    /// What they did it to or with, by its name.
    pub what: Option<String>,
    /// The method and the URL of a call.
    pub url: Option<String>,
    /// One line of what else there is, e.g. *from 203.0.113.7 in 1.2 ms*.
    pub details: String,
    /// All there is, by name.
    pub facts: Vec<(String, String)>,
    /// What came of it.
    pub outcome: Badge,
}

impl AuditScope {
    fn in_words(self) -> &'static str {
        match self {
            Self::Own => "What you did, and every call with your tokens.",
            Self::Organization => "What concerns the organization: changes, and every call with its tokens.",
            Self::Everybody => "Every call with a token and every change, of everybody.",
        }
    }
}

impl AuditFilter {
    fn is_on(&self) -> bool {
        let chosen = |choices: &[Choice]| choices.iter().skip(1).any(|choice| choice.selected);
        let texts = [&self.token, &self.user, &self.organization, &self.id, &self.from, &self.to];
        texts.iter().any(|text| !text.is_empty()) || chosen(&self.shows) || chosen(&self.actions)
    }
}

impl Audit {
    fn export(&self, format: &str) -> String {
        let and = if self.query.is_empty() { "" } else { "&" };
        format!("/audit/export?{}{and}format={format}", self.query)
    }
}

impl Page for Audit {
    const NAME: &'static str = "audit";

    fn sample() -> Self {
        let facts = |some: &[(&str, &str)]| {
            some.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let row = |id: u32, ago: i64, who: &str, did: &str, what: &str| AuditRow {
            id: format!("01930f6e-7b7c-7a80-9d4e-{id:012}"),
            when: When::new(SAMPLE_NOW - ago, SAMPLE_NOW),
            who: who.into(),
            did: did.into(),
            what: Some(what.into()),
            url: None,
            details: "from 203.0.113.7".into(),
            facts: facts(&[("Address", "203.0.113.7"), ("After", "{\"scopes\":[\"user:read\"]}")]),
            outcome: Badge::new(Tone::Accent, "changed"),
        };
        let long = "https://api.example.com/rest/api/2/search?jql=project%20%3D%20JRA&fields=summary,status&expand=names&startAt=1000&maxResults=100";
        Self {
            chrome: Chrome::sample(Section::Audit),
            scope: AuditScope::Own,
            problem: None,
            events: vec![
                AuditRow {
                    url: Some("GET https://id.example.com/v1/users/me".into()),
                    details: "from 203.0.113.7 in 0.4 ms".into(),
                    outcome: Badge::new(Tone::Good, "allowed, 200"),
                    ..row(1, 2, "ada", "called with the token", "deploy")
                },
                AuditRow {
                    url: Some(format!("POST {long}")),
                    details: "from 2001:db8:85a3:8d3:1319:8a2e:370:7348 in 0.2 ms: limits".into(),
                    outcome: Badge::new(Tone::Bad, "refused, 403"),
                    ..row(2, 90, "ada for bob", "called with the token", "nightly import of a very long name")
                },
                row(3, 4_000, "the operator", "gave a new secret to the client", "Time tracker 🌍"),
                AuditRow {
                    outcome: Badge::new(Tone::Warning, "would be refused"),
                    ..row(4, 90_000, "أبو الريحان البيروني", "called with the token", "watch")
                },
            ],
            filter: AuditFilter {
                shows: vec![
                    Choice::new("", "Calls and changes").selected(true),
                    Choice::new("refused", "Refused calls"),
                ],
                actions: vec![
                    Choice::new("", "Any change").selected(true),
                    Choice::new("token.made", "token.made"),
                ],
                ..AuditFilter::default()
            },
            query: String::new(),
            pager: Pager { previous_url: None, next_url: Some("/audit?cursor=s".into()) },
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let sample = Self::sample();
        let empty = Self { events: Vec::new(), pager: Pager::default(), ..sample.clone() };
        let filter =
            AuditFilter { token: "deploy".into(), from: "2026-11-01".into(), ..sample.filter.clone() };
        let none = Self {
            filter,
            query: "token=deploy&from=2026-11-01".into(),
            problem: Some("There is no token “deploy” among yours.".into()),
            ..empty.clone()
        };
        let all = Self {
            chrome: Chrome::sample_admin(Section::Audit),
            scope: AuditScope::Everybody,
            ..sample.clone()
        };
        let many = Self {
            scope: AuditScope::Organization,
            events: (0..100)
                .zip(sample.events.iter().cycle())
                .map(|(id, row)| AuditRow { id: format!("01930f6e-0000-7a80-9d4e-{id:012}"), ..row.clone() })
                .collect(),
            ..sample
        };
        vec![("empty", empty), ("none found", none), ("everybody", all), ("many", many)]
    }
}
