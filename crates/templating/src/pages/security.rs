//! `/settings/security`

use askama::Template;
use serde::{Deserialize, Serialize};

use super::SAMPLE_NOW;
use crate::{Chrome, Field, FieldError, Page, Section, Text, When, t, tn};

/// Change of password, and what a sign-in asks for besides. Posts `current_password`, `new_password` and `form_token` to
/// `/settings/security`.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/security.html")]
pub struct Security {
    /// The frame; its account's user name is offered to password managers.
    pub chrome: Chrome,
    /// `current_password`; its value is never shown again.
    pub current_password: Field,
    /// `new_password`; its value is never shown again.
    pub new_password: Field,
    /// When the password was last changed; none since the account was made.
    pub last_changed: Option<When>,
    /// In how many other places the person is signed in, which a change of password ends.
    pub other_sessions: u64,
    /// The second step of a sign-in, if there is one.
    pub second_factor: Option<SecondFactor>,
    /// Where pages are whose scripts can call the API in the person's name, besides those of this server; none where no
    /// page can.
    pub session_api: Option<Vec<String>>,
}

/// The second step of a sign-in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SecondFactor {
    /// Since when it is there.
    pub since: When,
    /// How many recovery codes are left.
    pub codes_left: u64,
}

impl SecondFactor {
    /// How many recovery codes are left, as a sentence.
    fn left(&self) -> Text {
        match self.codes_left {
            0 => t("No recovery code is left."),
            left => tn("{count} recovery code is left.", "{count} recovery codes are left.", left),
        }
    }
}

impl Security {
    /// What is wrong, for the summary.
    pub fn errors(&self) -> Vec<FieldError<'_>> {
        [self.current_password.summary("current_password"), self.new_password.summary("new_password")]
            .into_iter()
            .flatten()
            .collect()
    }
}

impl Page for Security {
    const NAME: &'static str = "security";

    fn sample() -> Self {
        Self {
            chrome: Chrome::sample(Section::Security),
            current_password: Field::empty(),
            new_password: Field::empty(),
            last_changed: Some(When::new(SAMPLE_NOW - 100 * 86_400, SAMPLE_NOW)),
            other_sessions: 2,
            second_factor: None,
            session_api: None,
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let errors = Self {
            current_password: Field::empty().with_error(t("This is not your current password.")),
            new_password: Field::empty().with_error(t("Use at most 128 characters.")),
            last_changed: None,
            other_sessions: 0,
            ..Self::sample()
        };
        let of = |origins: &[&str]| Self {
            chrome: Chrome { session_api: true, ..Chrome::sample(Section::Security) },
            session_api: Some(origins.iter().map(|origin| (*origin).to_owned()).collect()),
            ..Self::sample()
        };
        let elsewhere =
            of(&["https://app.example.com", "https://a-very-long-name-of-a-page.example.com:8443"]);
        let second = |codes_left| Self {
            second_factor: Some(SecondFactor {
                since: When::new(SAMPLE_NOW - 40 * 86_400, SAMPLE_NOW),
                codes_left,
            }),
            ..Self::sample()
        };
        vec![
            ("second step", second(10)),
            ("few codes", second(1)),
            ("errors", errors),
            ("pages call the API", of(&[])),
            ("other pages call the API", elsewhere),
        ]
    }
}
