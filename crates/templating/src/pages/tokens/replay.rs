//! The calls of a token judged by other limits.

use askama::Template;
use serde::{Deserialize, Serialize};

use super::{CallShapes, RecordedCalls, TokenHeading};
use crate::{Chrome, Field, FieldError, Page, Text, When, t};

/// What other limits would have said to the calls of a token. Posts `days`, `limits`, `refuse` and `form_token` to `{id}/replay`
/// below [`TokenPlace::url`](super::TokenPlace::url), with `action` of `replay` or `save`.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/tokens/replay.html")]
pub struct TokenReplay {
    /// The frame.
    pub chrome: Chrome,
    /// The token.
    pub token: TokenHeading,
    /// Which calls.
    pub recorded: RecordedCalls,
    /// `limits`, those of the token or edited ones.
    pub limits: Field,
    /// Until when its limits only report; `refuse` ends that when the limits are saved.
    pub report_only_until: Option<When>,
    /// Why the limits can't be saved; empty if they can.
    pub locked_because: Text,
    /// What came out, unless the limits can't be read.
    pub outcome: Option<TokenReplayed>,
}

/// What came out of [`TokenReplay`].
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct TokenReplayed {
    /// Calls that passed and would be refused.
    pub fails: CallShapes,
    /// Calls that were refused and would pass.
    pub passes: CallShapes,
    /// Calls of which that can't be told.
    pub open: CallShapes,
    /// How many would pass as they did.
    pub passes_again: u64,
    /// How many would be refused as they were.
    pub refused_again: u64,
    /// How many were refused for what limits don't change.
    pub refused_otherwise: u64,
}

impl TokenReplayed {
    fn changes_nothing(&self) -> bool {
        self.fails.calls == 0 && self.passes.calls == 0 && self.open.calls == 0
    }

    fn stay(&self) -> u64 {
        self.passes_again + self.refused_again + self.refused_otherwise
    }
}

impl TokenReplay {
    fn errors(&self) -> Vec<FieldError<'_>> {
        let errors = self.limits.error.iter().flat_map(Text::lines);
        errors.map(|text| FieldError { id: "limits", text }).collect()
    }
}

impl Page for TokenReplay {
    const NAME: &'static str = "token-replay";

    fn sample() -> Self {
        let (chrome, token) = TokenHeading::sample();
        let jira = "https://jira.example.com/rest/api/2";
        let outcome = TokenReplayed {
            fails: CallShapes::sample(&[
                (
                    "GET",
                    &format!("{jira}/project/{{number}}"),
                    1_204,
                    "line 3: its methods don't include GET",
                ),
                ("DELETE", &format!("{jira}/issue/{{key}}"), 2, "line 1: its methods don't include DELETE"),
            ]),
            passes: CallShapes::sample(&[("GET", &format!("{jira}/worklog"), 7, "line 2 lets it pass")]),
            open: CallShapes::sample(&[(
                "POST",
                &format!("{jira}/filter"),
                31,
                "depends on the body, which is not kept",
            )]),
            passes_again: 8_012,
            refused_again: 12,
            refused_otherwise: 3,
        };
        Self {
            chrome,
            token,
            recorded: RecordedCalls::sample(9_271),
            limits: Field::new(super::SAMPLE_LIMITS),
            report_only_until: None,
            locked_because: Text::default(),
            outcome: Some(outcome),
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let sample = Self::sample();
        let same = TokenReplayed { passes_again: 40, refused_again: 2, ..TokenReplayed::default() };
        let now = super::super::SAMPLE_NOW;
        let (chrome, token) = TokenHeading::sample_of_organization();
        let unchanged = Self {
            chrome,
            token: token.with_a_long_name(),
            recorded: RecordedCalls::sample(42),
            report_only_until: Some(When::new(now + 86_400 * 3, now)),
            outcome: Some(same),
            ..sample.clone()
        };
        let empty = Self {
            recorded: RecordedCalls { is_recording: false, ..RecordedCalls::sample(0) },
            limits: Field::empty(),
            outcome: Some(TokenReplayed::default()),
            ..sample.clone()
        };
        let mut long = sample.clone();
        if let Some(row) = long.outcome.as_mut().and_then(|outcome| outcome.fails.rows.first_mut()) {
            row.shape = format!("https://api.example.com/{}", "a-very-long-segment/{number}/".repeat(8));
            row.url = row.shape.replace("{number}", "123456");
            row.reported = 204;
        }
        if let Some(outcome) = long.outcome.as_mut() {
            outcome.fails.more = 1_204;
        }
        long.recorded.back_to = Some(When::new(now - 86_400 * 2, now));
        let (chrome, token) = TokenHeading::sample_for_admins();
        let admin = Self {
            chrome,
            token,
            locked_because: t("Administrators see, renew and revoke the tokens of others, no more."),
            ..sample.clone()
        };
        let errors = Self {
            limits: Field::new("[fetch].*")
                .with_error(Text::verbatim("Line 1, column 2: “fetch” is no HTTP method.")),
            outcome: None,
            ..sample
        };
        vec![("unchanged", unchanged), ("empty", empty), ("long", long), ("admin", admin), ("errors", errors)]
    }
}
