//! `/audit`

use askama::Template;
use serde::{Deserialize, Serialize};

use super::SAMPLE_NOW;
use crate::{Badge, Choice, Chrome, Markup, Page, Pager, Section, Text, Tone, When, markup, t};

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
    pub problem: Option<Text>,
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
    /// Who did what: a sentence.
    pub sentence: Markup,
    /// The method and the URL of a call.
    pub url: Option<String>,
    /// What else there is in one line, e.g. *from 203.0.113.7 in 1.2 ms*.
    pub details: Text,
    /// All there is, by name.
    pub facts: Vec<(String, String)>,
    /// What came of it.
    pub outcome: Badge,
}

impl AuditScope {
    fn in_words(self) -> Text {
        match self {
            Self::Own => t("What you did, and every call with your tokens."),
            Self::Organization => {
                t("What concerns the organization: changes, and every call with its tokens.")
            }
            Self::Everybody => t("Every call with a token and every change, of everybody."),
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
        let called = || markup("<strong><bdi>{who}</bdi></strong> called with the token <bdi>{what}</bdi>");
        let row = |id: u32, ago: i64, who: &str, did: Markup, what: &str| AuditRow {
            id: format!("01930f6e-7b7c-7a80-9d4e-{id:012}"),
            when: When::new(SAMPLE_NOW - ago, SAMPLE_NOW),
            sentence: did.with("who", who).with("what", what),
            url: None,
            details: t("from {address}").with("address", "203.0.113.7"),
            facts: facts(&[("Address", "203.0.113.7"), ("After", "{\"scopes\":[\"user:read\"]}")]),
            outcome: Badge::new(Tone::Accent, t("changed")),
        };
        let long = "https://api.example.com/rest/api/2/search?jql=project%20%3D%20JRA&fields=summary,status&expand=names&startAt=1000&maxResults=100";
        Self {
            chrome: Chrome::sample(Section::Audit),
            scope: AuditScope::Own,
            problem: None,
            events: vec![
                AuditRow {
                    url: Some("GET https://id.example.com/v1/users/me".into()),
                    details: t("from {address} in {time}")
                        .with("address", "203.0.113.7")
                        .with("time", "0.4 ms"),
                    outcome: Badge::new(Tone::Good, t("allowed, {status}").with("status", "200")),
                    ..row(1, 2, "ada", called(), "deploy")
                },
                AuditRow {
                    url: Some(format!("POST {long}")),
                    details: t("{details}: {reason}")
                        .with(
                            "details",
                            t("from {address} in {time}")
                                .with("address", "2001:db8:85a3:8d3:1319:8a2e:370:7348")
                                .with("time", "0.2 ms"),
                        )
                        .with("reason", "outside limits"),
                    outcome: Badge::new(Tone::Bad, t("refused, {status}").with("status", "403")),
                    ..row(2, 90, "ada", called(), "nightly import of a very long name")
                },
                row(
                    3,
                    4_000,
                    "ada",
                    markup(
                        "<strong><bdi>{who}</bdi></strong> gave a new secret to the client <bdi>{what}</bdi>",
                    ),
                    "Time tracker 🌍",
                ),
                AuditRow {
                    outcome: Badge::new(Tone::Warning, t("would be refused, {status}").with("status", "200")),
                    ..row(4, 90_000, "أبو الريحان البيروني", called(), "watch")
                },
            ],
            filter: AuditFilter {
                shows: vec![
                    Choice::new("", t("Calls and changes")).selected(true),
                    Choice::new("refused", t("Refused calls")),
                ],
                actions: vec![
                    Choice::new("", t("Any change")).selected(true),
                    Choice::new("token.made", Text::verbatim("token.made")),
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
            problem: Some(
                t("There is no token “{token}” here. Write its id or its whole name.")
                    .with("token", "deploy"),
            ),
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
