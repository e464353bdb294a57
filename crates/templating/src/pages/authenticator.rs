//! `/settings/security/authenticator`

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::{Chrome, Field, FieldError, Page, Section, t};

/// Setting up an authenticator app. Posts `offer`, `code`, `return_to` and `form_token` to `/settings/security/authenticator`.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/authenticator.html")]
pub struct Authenticator {
    /// The frame.
    pub chrome: Chrome,
    /// Whether it takes the place of another app.
    pub replaces: bool,
    /// Whether it is the first second factor, with which recovery codes come.
    pub is_first: bool,
    /// The QR code: how many squares a side has, its margin included.
    pub qr_side: usize,
    /// The same: the dark squares, as the `d` of an SVG path.
    pub qr_path: String,
    /// The secret for those who type it, in groups of four.
    pub secret: String,
    /// What the form sends back as it is.
    pub offer: String,
    /// `code`; its value is never shown again.
    pub code: Field,
    /// In how many other places the person is signed in, which it ends.
    pub other_sessions: u64,
    /// Own path to go on to afterwards, sent back as it is; empty where nothing waits.
    pub return_to: String,
}

impl Authenticator {
    /// What is wrong, for the summary.
    pub fn errors(&self) -> Vec<FieldError<'_>> {
        self.code.summary("code").into_iter().collect()
    }
}

impl Page for Authenticator {
    const NAME: &'static str = "authenticator";

    fn sample() -> Self {
        Self {
            chrome: Chrome::sample(Section::Security),
            replaces: false,
            is_first: true,
            qr_side: 29,
            qr_path: "M4 4h7v1h-7zM13 4h1v1h-1zM18 4h7v1h-7zM4 5h1v1h-1zM10 5h1v1h-1zM4 24h7v1h-7z".into(),
            secret: "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ".into(),
            offer: "c2FtcGxlIG9mZmVy".into(),
            code: Field::empty(),
            other_sessions: 2,
            return_to: String::new(),
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let wrong =
            t("This code is not right. Wait for the next one, and see that the clock of your device is.");
        vec![
            ("refused", Self { code: Field::empty().with_error(wrong), ..Self::sample() }),
            ("on the way elsewhere", Self { return_to: "/organizations/acme".into(), ..Self::sample() }),
            ("another", Self { replaces: true, is_first: false, other_sessions: 0, ..Self::sample() }),
        ]
    }
}
