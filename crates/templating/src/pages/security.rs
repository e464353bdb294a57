//! `/settings/security`

use askama::Template;
use serde::{Deserialize, Serialize};

use super::{SAMPLE_NOW, SignInProviders};
use crate::{Chrome, Field, FieldError, Page, Section, Text, When, t, tn};

/// Change of password, passkeys, and what a sign-in asks for besides the password. Posts `current_password`, `new_password` and `form_token` to
/// `/settings/security`.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/security.html")]
pub struct Security {
    /// The frame; its account's user name is offered to password managers.
    pub chrome: Chrome,
    /// Whether the account has a password; without one, only `new_password` is sent.
    pub has_password: bool,
    /// `current_password`; its value is never shown again.
    pub current_password: Field,
    /// `new_password`; its value is never shown again.
    pub new_password: Field,
    /// When the password was last changed; none since the account was made.
    pub last_changed: Option<When>,
    /// In how many other places the person is signed in, which a change of password ends.
    pub other_sessions: u64,
    /// The passkeys of the account, the oldest first.
    pub passkeys: Vec<PasskeyRow>,
    /// Whether this server can have passkeys at all.
    pub passkeys_are_possible: bool,
    /// The second step of a sign-in, if there is one.
    pub second_factor: Option<SecondFactor>,
    /// Sign-in providers; none where there are none and never were.
    pub providers: Option<SignInProviders>,
    /// Where pages are whose scripts can call the API in the person's name, besides those of this server; none where no
    /// page can.
    pub session_api: Option<Vec<String>>,
}

/// The second step of a sign-in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SecondFactor {
    /// Since when there is an authenticator app, if there is one.
    pub app_since: Option<When>,
    /// How many recovery codes are left.
    pub codes_left: u64,
}

/// A passkey in the list.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PasskeyRow {
    /// Its handle.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// When it was added.
    pub added: When,
    /// When somebody last signed in by it.
    pub last_used: Option<When>,
    /// Since when nobody gets in by it any more, as there may be a copy of it.
    pub locked: Option<When>,
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
    /// Whether there is a passkey by which somebody can get in.
    fn has_passkey(&self) -> bool {
        self.passkeys.iter().any(|passkey| passkey.locked.is_none())
    }

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
            has_password: true,
            current_password: Field::empty(),
            new_password: Field::empty(),
            last_changed: Some(When::new(SAMPLE_NOW - 100 * 86_400, SAMPLE_NOW)),
            other_sessions: 2,
            passkeys: Vec::new(),
            passkeys_are_possible: true,
            second_factor: None,
            providers: None,
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
                app_since: Some(When::new(SAMPLE_NOW - 40 * 86_400, SAMPLE_NOW)),
                codes_left,
            }),
            ..Self::sample()
        };
        let passkey = |name: &str, last_used: Option<i64>| PasskeyRow {
            id: "01931b5c-6f2e-7c3a-9d6e-2f1f0a6b4c11".into(),
            name: name.to_owned(),
            added: When::new(SAMPLE_NOW - 20 * 86_400, SAMPLE_NOW),
            last_used: last_used.map(|at| When::new(at, SAMPLE_NOW)),
            locked: None,
        };
        let long = "A passkey with a name that goes on and on, for a device that its owner keeps in a drawer";
        let keys =
            vec![passkey("Phone", Some(SAMPLE_NOW - 3_600)), passkey("بوب 🦊", None), passkey(long, None)];
        let copied = PasskeyRow {
            locked: Some(When::new(SAMPLE_NOW - 1_800, SAMPLE_NOW)),
            ..passkey("Blue key", Some(SAMPLE_NOW - 7_200))
        };
        let locked = vec![passkey("Phone", Some(SAMPLE_NOW - 3_600)), copied];
        let only = SecondFactor { app_since: None, codes_left: 9 };
        let providers = Self { providers: Some(SignInProviders::sample()), ..Self::sample() };
        let last = Some(SignInProviders::sample_last());
        vec![
            ("providers", providers),
            ("no password", Self { has_password: false, providers: last, ..Self::sample() }),
            (
                "passkeys",
                Self { passkeys: keys.clone(), second_factor: Some(only.clone()), ..Self::sample() },
            ),
            (
                "locked passkey",
                Self { passkeys: locked, second_factor: Some(only.clone()), ..Self::sample() },
            ),
            ("passkeys and an app", Self { passkeys: keys, ..second(10) }),
            ("no passkeys here", Self { passkeys_are_possible: false, ..Self::sample() }),
            ("second step", second(10)),
            ("few codes", second(1)),
            ("errors", errors),
            ("pages call the API", of(&[])),
            ("other pages call the API", elsewhere),
        ]
    }
}
