//! A request tried with the limits of a token.

use askama::Template;
use serde::{Deserialize, Serialize};

use super::TokenHeading;
use crate::{Chrome, Field, FieldError, Page, Text, t};

/// What limits say to a request. Posts `curl`, or `method`, `url` and `body`, then `limits` and `form_token` to
/// `{id}/try` below the list. Nothing is changed by it.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/tokens/try.html")]
pub struct TokenTry {
    /// The frame.
    pub chrome: Chrome,
    /// The token.
    pub token: TokenHeading,
    /// `curl`: a command, in the place of the three that follow.
    pub curl: Field,
    /// `method`, may be empty.
    pub method: Field,
    /// `url`
    pub url: Field,
    /// `body`, JSON, may be empty.
    pub body: Field,
    /// `limits`, those of the token or edited ones.
    pub limits: Field,
    /// What came out.
    pub tried: Option<TokenTried>,
}

/// What came out of [`TokenTry`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TokenTried {
    /// Whether it may pass.
    pub allowed: bool,
    /// The method.
    pub method: String,
    /// The URL that limits are matched with.
    pub url: String,
    /// The lines that decide.
    pub lines: Vec<TokenTriedLine>,
    /// What else there is to say, sentences.
    pub notes: Vec<Text>,
}

/// A limit and what it says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TokenTriedLine {
    /// Counted from 1.
    pub line: usize,
    /// The limit.
    pub limit: String,
    /// How far the request got, in words.
    pub reason: Text,
}

impl TokenTry {
    /// What is wrong, for the summary.
    pub fn errors(&self) -> Vec<FieldError<'_>> {
        let fields =
            [("curl", &self.curl), ("method", &self.method), ("url", &self.url), ("body", &self.body)];
        let fields = fields.into_iter().filter_map(|(id, field)| field.summary(id));
        let limits = self.limits.error.iter().flat_map(Text::lines);
        fields.chain(limits.map(|text| FieldError { id: "limits", text })).collect()
    }

    /// Whether the parts are shown open, and not the command.
    fn has_parts(&self) -> bool {
        let parts = [&self.method, &self.url, &self.body];
        parts.iter().any(|field| !field.value.is_empty() || field.error.is_some())
    }
}

impl Page for TokenTry {
    const NAME: &'static str = "token-try";

    fn sample() -> Self {
        let (chrome, token) = TokenHeading::sample();
        Self {
            chrome,
            token,
            curl: Field::empty(),
            method: Field::empty(),
            url: Field::empty(),
            body: Field::empty(),
            limits: Field::new(super::SAMPLE_LIMITS),
            tried: None,
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let sample = Self::sample();
        let url = "https://jira.example.com/rest/api/2/filter";
        let line = |line, limit: &str, reason: &str| TokenTriedLine {
            line,
            limit: limit.into(),
            reason: Text::verbatim(reason.to_owned()),
        };
        let mut limits = super::SAMPLE_LIMITS.lines();
        let mut next = || limits.next().unwrap_or_default();
        let lines = vec![
            line(1, next(), "its methods don't include POST"),
            line(2, next(), "its methods don't include POST"),
            line(3, next(), "method and URL match, but “editable” of the JSON body does not match"),
        ];
        let tried = TokenTried {
            allowed: false,
            method: "POST".into(),
            url: url.into(),
            lines,
            notes: vec![
                t("The guard asks for the scope {scope} too, which the token does not hold.")
                    .with("scope", "filters:write"),
            ],
        };
        let allowed = TokenTried {
            allowed: true,
            lines: tried.lines.iter().take(1).cloned().collect(),
            notes: Vec::new(),
            ..tried.clone()
        };
        let refused = Self {
            method: Field::new("POST"),
            url: Field::new(url),
            body: Field::new("{\"editable\": true}"),
            tried: Some(tried),
            ..sample.clone()
        };
        let (chrome, token) = TokenHeading::sample_of_organization();
        let passed = Self {
            chrome,
            token,
            curl: Field::new(format!("curl --json '{{\"editable\": false}}' {url}")),
            tried: Some(allowed),
            ..sample.clone()
        };
        let errors = Self {
            curl: Field::new("curl -T file https://a.example").with_error(Text::verbatim(
                "The option -T is not understood here. Leave it out, or write the request itself.",
            )),
            limits: Field::new("[fetch].*")
                .with_error(Text::verbatim("Line 1, column 2: “fetch” is no HTTP method.")),
            ..sample
        };
        vec![("refused", refused), ("passed", passed), ("errors", errors)]
    }
}
