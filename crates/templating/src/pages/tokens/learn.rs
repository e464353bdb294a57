//! Limits that were learned from the calls of a token.

use askama::Template;
use serde::{Deserialize, Serialize};

use super::{CallShapes, RecordedCalls, TokenHeading};
use crate::{Chrome, Page, Text, When, t};

/// The tightest limits that let pass what a token was used for. Asked for by a GET with `days` and `filters`. Posts the same
/// with `mark` and `form_token` to `{id}/learn` below [`TokenPlace::url`](super::TokenPlace::url), which saves them.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/tokens/learn.html")]
pub struct TokenLearn {
    /// The frame.
    pub chrome: Chrome,
    /// The token.
    pub token: TokenHeading,
    /// Which calls.
    pub recorded: RecordedCalls,
    /// `filters`: whether parameters of the query that were always alike are asked for.
    pub filters: bool,
    /// How many calls the lines were learned from.
    pub calls: u64,
    /// The lines.
    pub lines: Vec<LearnedLimit>,
    /// `mark`: which lines these are, so that no others are saved than were seen.
    pub mark: String,
    /// What there is to say before they are saved, if anything.
    pub problem: Option<Text>,
    /// Whether those are the limits of the token already.
    pub is_same: bool,
    /// Whether they let more pass than the tightest ones, because those are too many.
    pub is_widened: bool,
    /// Whether what was seen is too much for any limits.
    pub is_too_much: bool,
    /// Calls that passed and that no limit can be made of.
    pub left_out: CallShapes,
    /// Calls that were refused by limits and would be by these.
    pub refused: CallShapes,
    /// Until when its limits only report.
    pub report_only_until: Option<When>,
    /// Whether it has limits.
    pub has_limits: bool,
    /// Why the limits can't be saved; empty if they can.
    pub locked_because: Text,
}

/// A line that was learned.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LearnedLimit {
    /// The limit.
    pub limit: String,
    /// How many calls it lets pass.
    pub calls: u64,
    /// Some of them.
    pub examples: Vec<String>,
    /// Conditions that could be added.
    pub filters: Vec<String>,
}

impl TokenLearn {
    fn offers_filters(&self) -> bool {
        self.lines.iter().any(|line| !line.filters.is_empty())
    }

    fn days(&self) -> &str {
        let chosen = self.recorded.spans.iter().find(|span| span.selected);
        chosen.map_or("", |span| span.value.as_str())
    }
}

impl Page for TokenLearn {
    const NAME: &'static str = "token-learn";

    fn sample() -> Self {
        let (chrome, token) = TokenHeading::sample();
        let line = |limit: &str, calls: u64, examples: &[&str], filters: &[&str]| LearnedLimit {
            limit: limit.into(),
            calls,
            examples: examples.iter().map(ToString::to_string).collect(),
            filters: filters.iter().map(ToString::to_string).collect(),
        };
        let jira = "https://jira.example.com/rest/api/2";
        let issues = [format!("GET {jira}/issue/JRA-7"), format!("PUT {jira}/issue/JRA-1024")];
        let issues: Vec<&str> = issues.iter().map(String::as_str).collect();
        let lines = vec![
            line(r"[get,put]https://jira\.example\.com/rest/api/2/issue/JRA-[0-9]+", 1_204, &issues, &[]),
            line(
                r"[get]https://jira\.example\.com/rest/api/2/worklog",
                31,
                &["GET https://jira.example.com/rest/api/2/worklog?year=2018&page=2"],
                &["[QueryParam::year==2018]"],
            ),
        ];
        Self {
            chrome,
            token,
            recorded: RecordedCalls::sample(1_238),
            filters: false,
            calls: 1_235,
            mark: "0c9f2d".into(),
            problem: None,
            lines,
            is_same: false,
            is_widened: false,
            is_too_much: false,
            left_out: CallShapes::default(),
            refused: CallShapes::sample(&[(
                "DELETE",
                &format!("{jira}/issue/{{key}}"),
                3,
                "line 1: its methods don't include DELETE",
            )]),
            report_only_until: None,
            has_limits: false,
            locked_because: Text::default(),
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let sample = Self::sample();
        let now = super::super::SAMPLE_NOW;
        let nothing = Self {
            recorded: RecordedCalls::sample(0),
            calls: 0,
            lines: Vec::new(),
            refused: CallShapes::default(),
            ..sample.clone()
        };
        let off = Self {
            recorded: RecordedCalls { is_recording: false, ..RecordedCalls::sample(0) },
            ..nothing.clone()
        };
        let (chrome, token) = TokenHeading::sample_of_organization();
        let reporting = Self {
            chrome,
            token: token.with_a_long_name(),
            report_only_until: Some(When::new(now + 86_400 * 3, now)),
            has_limits: true,
            is_widened: true,
            problem: Some(t(
                "Calls came in the meantime, and these are other limits than you saw. Look them through, and apply them then.",
            )),
            left_out: CallShapes::sample(&[(
                "PURGE",
                "https://cdn.example.com/a",
                9,
                "line 1: its methods don't include that of the request",
            )]),
            ..sample.clone()
        };
        let same = Self { is_same: true, has_limits: true, filters: true, ..sample.clone() };
        let too_much = Self { is_too_much: true, calls: 9_000, ..nothing.clone() };
        let (chrome, token) = TokenHeading::sample_for_admins();
        let admin = Self {
            chrome,
            token,
            locked_because: t("Administrators see, renew and revoke the tokens of others, no more."),
            ..sample
        };
        vec![
            ("nothing", nothing),
            ("off", off),
            ("reporting", reporting),
            ("same", same),
            ("too much", too_much),
            ("admin", admin),
        ]
    }
}
