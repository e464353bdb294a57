//! The one page that shows the value of a token.

use askama::Template;
use serde::{Deserialize, Serialize};

use super::TokenHeading;
use crate::{Chrome, Page, Snippet, Text, When, pages::Endpoint, pages::SAMPLE_NOW, t};

/// The value with snippets, right after a token was made or rotated. Answer it with `no-store`.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/tokens/value.html")]
pub struct TokenValue {
    /// The frame.
    pub chrome: Chrome,
    /// The token.
    pub token: TokenHeading,
    /// What was just done.
    pub occasion: TokenOccasion,
    /// Whom an administrator made it for, if it is not the person's own.
    pub owner: Option<Text>,
    /// The value.
    pub value: String,
    /// When it ends, if ever.
    pub expires: Option<When>,
    /// Whether the owner can look at the value again later (`tokens.reveal = "again"`).
    pub revealed_again: bool,
    /// Code that uses it, with the value left as a variable, one language each.
    pub snippets: Vec<Snippet>,
    /// Where it can be used: a label and a URL each, e.g. *REST API*.
    pub endpoints: Vec<Endpoint>,
}

/// What led to [`TokenValue`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum TokenOccasion {
    /// It was made.
    Made,
    /// It got a new value. Holds until when the old one goes on, as the end of a sentence, e.g. *for 24 hours*; none
    /// where it stopped working at once.
    Rotated(Option<Text>),
    /// The owner looks at it again.
    Revealed,
}

impl TokenOccasion {
    fn word(&self) -> Text {
        match self {
            Self::Made => t("Made"),
            Self::Rotated(_) => t("New value"),
            Self::Revealed => t("Value"),
        }
    }
}

impl Page for TokenValue {
    const NAME: &'static str = "token-value";

    fn sample() -> Self {
        let (chrome, token) = TokenHeading::sample();
        let endpoint = |label: &str, url: &str| Endpoint {
            label: label.into(),
            url: format!("https://id.example.com{url}"),
        };
        let bearer =
            "curl https://id.example.com/v1/users/me \\\n  -H \"Authorization: Bearer $POSTERN_TOKEN\"";
        let basic = "curl https://id.example.com/v1/users/me \\\n  --user \"ada:$POSTERN_TOKEN\"";
        let javascript = "const response = await fetch(\"https://id.example.com/v1/users/me\", {\n  headers: { Authorization: `Bearer ${process.env.POSTERN_TOKEN}` },\n});\nconsole.log(await response.json());";
        let python = "import os, requests\n\nanswer = requests.get(\n    \"https://id.example.com/v1/users/me\",\n    headers={\"Authorization\": f\"Bearer {os.environ['POSTERN_TOKEN']}\"},\n)\nprint(answer.json())";
        Self {
            chrome,
            token,
            occasion: TokenOccasion::Made,
            owner: None,
            value: "postern_pat_5Tq0Vb1Zx8Lk3Nc6Rp9Wy2Gd4Hs7Jm0Fa1Kzuq8x7Kq".into(),
            expires: Some(When::new(SAMPLE_NOW + 30 * 86_400, SAMPLE_NOW)),
            revealed_again: false,
            snippets: vec![
                Snippet::new("bearer", "curl", bearer),
                Snippet::new("basic", "curl, Basic", basic),
                Snippet::new("javascript", "JavaScript", javascript),
                Snippet::new("python", "Python", python),
            ],
            endpoints: vec![endpoint("REST API", "/v1"), endpoint("Its description", "/openapi.json")],
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let sample = Self::sample();
        let rotated = Self {
            occasion: TokenOccasion::Rotated(Some(When::new(SAMPLE_NOW + 86_400, SAMPLE_NOW).exact())),
            ..sample.clone()
        };
        let (chrome, token) = TokenHeading::sample_of_organization();
        let organization = Self {
            chrome,
            token: token.with_a_long_name(),
            occasion: TokenOccasion::Rotated(None),
            value: "postern_oat_5Tq0Vb1Zx8Lk3Nc6Rp9Wy2Gd4Hs7Jm0Fa1Kzuq8x7Kq".into(),
            expires: None,
            ..sample.clone()
        };
        let (chrome, token) = TokenHeading::sample_for_admins();
        let other = Self { chrome, token, owner: Some(Text::verbatim("Charles Babbage")), ..sample.clone() };
        let again = Self { occasion: TokenOccasion::Revealed, revealed_again: true, ..sample };
        vec![
            ("rotated", rotated),
            ("rotated at once", organization),
            ("for another", other),
            ("again", again),
        ]
    }
}
