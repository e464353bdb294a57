//! `/settings/security/passkeys/new`

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::{Chrome, Field, FieldError, Page, Section, Text, t};

/// A new passkey. A script asks the device for it; then the form posts `name`, `ceremony`, `credential`, `return_to` and
/// `form_token` to `/settings/security/passkeys/new`.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/passkey_new.html")]
pub struct PasskeyNew {
    /// The frame.
    pub chrome: Chrome,
    /// `name`, what its owner calls it.
    pub name: Field,
    /// What went wrong as a whole.
    pub problem: Option<Text>,
    /// Whether it is the first second factor, so that the password alone is not enough from then on.
    pub is_first: bool,
    /// In how many other places the person is signed in, which the first one ends.
    pub other_sessions: u64,
    /// Own path to go on to afterwards, sent back as it is; empty where nothing waits.
    pub return_to: String,
}

impl PasskeyNew {
    /// What is wrong, for the summary.
    pub fn errors(&self) -> Vec<FieldError<'_>> {
        self.name.summary("name").into_iter().collect()
    }
}

impl Page for PasskeyNew {
    const NAME: &'static str = "passkey-new";

    fn sample() -> Self {
        Self {
            chrome: Chrome::sample(Section::Security),
            name: Field::new("Firefox on Linux"),
            problem: None,
            is_first: true,
            other_sessions: 2,
            return_to: String::new(),
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let refused = t("The device’s answer does not fit, or came too late. Try again.");
        let name = Field::new("").with_error(t("Give it a name by which you know it again."));
        vec![
            ("on the way elsewhere", Self { return_to: "/organizations/acme".into(), ..Self::sample() }),
            ("another", Self { is_first: false, ..Self::sample() }),
            ("refused", Self { problem: Some(refused), ..Self::sample() }),
            ("errors", Self { name, ..Self::sample() }),
        ]
    }
}
