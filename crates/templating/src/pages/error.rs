//! Any page that could not be shown.

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::{Chrome, Page, Text, t};

/// What went wrong in one sentence, whose side it is on, what to do, and an id to quote.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/error.html")]
pub struct ErrorPage {
    /// The frame.
    pub chrome: Chrome,
    /// HTTP status of the answer.
    pub status: u16,
    /// Id of the request, as the log has it.
    pub id: String,
    /// What went wrong, a sentence, e.g. *There is no page here.*
    pub what: Text,
    /// Whose side it is on.
    pub side: Side,
    /// What the person can do, one or two sentences.
    pub advice: Text,
    /// The way on: label and URL; none offers the home page.
    pub action: Option<(Text, String)>,
    /// For the developer of the app, where the mistake is the app's.
    pub detail: Option<ErrorDetail>,
}

/// Whose side an error is on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Side {
    /// What the person did or the link they followed.
    Yours,
    /// The app that sent the person here; its name where it is known and registered.
    App(Option<String>),
    /// This server.
    Server,
}

/// The developer's detail.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ErrorDetail {
    /// The code of the standard, e.g. `invalid_request`.
    pub code: String,
    /// What to change, in words.
    pub description: String,
    /// Facts to compare: a word and a value each, e.g. *got* and *registered*.
    pub facts: Vec<(Text, String)>,
}

impl Page for ErrorPage {
    const NAME: &'static str = "error";

    fn sample() -> Self {
        Self {
            chrome: Chrome::sample_signed_out(),
            status: 400,
            id: "01930f6e-7b7c-7a80-9d4e-52f1c0a8b9d3".into(),
            what: t("The app that sent you here made a request that cannot be answered."),
            side: Side::App(Some("Field Notes".into())),
            advice: t(
                "Nothing was shared with it. Go back to the app and try again; if it stays, tell its makers.",
            ),
            action: None,
            detail: Some(ErrorDetail {
                code: "invalid_request".into(),
                description: "redirect_uri did not match any that is registered for this client; they are compared character by character".into(),
                facts: vec![
                    (t("got"), "https://notes.example.com/callback/".into()),
                    (t("registered"), "https://notes.example.com/callback".into()),
                    (Text::verbatim("client_id"), "postern_ci_2Vhk3mW5q8Yx0Zc7Tn4Rb9Lp1Jd6Fs0Ga".into()),
                ],
            }),
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let missing = Self {
            chrome: Chrome::sample(crate::Section::Elsewhere),
            status: 404,
            what: t("There is no page here."),
            side: Side::Yours,
            advice: t("The address may be mistyped, or what it led to was deleted."),
            detail: None,
            ..Self::sample()
        };
        let server = Self {
            status: 500,
            what: t("Something went wrong here."),
            side: Side::Server,
            advice: t(
                "Try again in a minute. If it stays, give the id below to the people who run this server.",
            ),
            ..missing.clone()
        };
        vec![("not found", missing), ("server", server)]
    }
}
