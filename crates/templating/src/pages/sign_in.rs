//! `/login`

use askama::Template;
use serde::{Deserialize, Serialize};

use super::ProviderButton;
use crate::{Account, AppFace, Chrome, Field, FieldError, Page, Text, t};

/// Sign-in. The form posts `identifier` and `password`, or `ceremony` and `credential` of a passkey, with `return_to` and
/// `form_token` to `/login`; where somebody may
/// continue as they are, a second form posts `action=continue` and `session` instead of the first two.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/sign_in.html")]
pub struct SignIn {
    /// The frame.
    pub chrome: Chrome,
    /// What the page is for this time.
    pub mode: SignInMode,
    /// Which app the person is heading to, if any.
    pub destination: Option<Destination>,
    /// What went wrong as a whole, e.g. *The name or the password is wrong.*
    pub problem: Option<Text>,
    /// User name or e-mail, `identifier`.
    pub identifier: Field,
    /// `password`; its value is never shown again.
    pub password: Field,
    /// Whether passkeys are possible here.
    pub passkeys: bool,
    /// Whether there is a password to ask for: accounts made by a sign-in provider have none.
    pub asks_password: bool,
    /// Who else can say who somebody is.
    pub providers: Vec<ProviderButton>,
    /// Own path to go to afterwards, sent back as it is.
    pub return_to: String,
    /// Where a lost password is replaced, `return_to` included.
    pub recover_url: String,
    /// Where strangers sign up, `return_to` included; none while registration is closed.
    pub register_url: Option<String>,
    /// Under [`SignInMode::Confirm`]: where to sign in as somebody else, if that is allowed.
    pub other_account_url: Option<String>,
}

/// Why the sign-in page is shown.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum SignInMode {
    /// Nobody is signed in.
    Fresh,
    /// `prompt=login` or `max_age`: the same person has to prove it again.
    Confirm,
    /// `prompt=select_account`, or somebody wants to go on as somebody else: one of these accounts can go on, or another
    /// one signs in.
    Choose(Vec<AccountChoice>),
}

/// An account that is signed in in this browser.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AccountChoice {
    /// Handle for the form.
    pub session: String,
    /// Who it is.
    pub account: Account,
}

/// The app that waits for the sign-in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Destination {
    /// Its name and logo.
    pub face: AppFace,
    /// The host (or private scheme) the person comes back to, e.g. `notes.example.com`.
    pub host: String,
}

impl SignIn {
    /// What is wrong, for the summary.
    pub fn errors(&self) -> Vec<FieldError<'_>> {
        [self.identifier.summary("identifier"), self.password.summary("password")]
            .into_iter()
            .flatten()
            .collect()
    }

    /// What a browser may fill in where the name is typed: a passkey too, if it knows one.
    fn names(&self) -> &'static str {
        if self.passkeys { "username webauthn" } else { "username" }
    }

    /// Whether there is another way than by the providers.
    fn asks(&self) -> bool {
        self.asks_password || self.passkeys
    }

    fn confirms(&self) -> bool {
        matches!(self.mode, SignInMode::Confirm)
    }

    fn chooses(&self) -> bool {
        matches!(self.mode, SignInMode::Choose(_))
    }
}

impl Page for SignIn {
    const NAME: &'static str = "sign-in";

    fn sample() -> Self {
        Self {
            chrome: Chrome::sample_signed_out(),
            mode: SignInMode::Fresh,
            destination: Some(Destination {
                face: AppFace::new("Field Notes"),
                host: "notes.example.com".into(),
            }),
            problem: None,
            identifier: Field::empty(),
            password: Field::empty(),
            passkeys: true,
            asks_password: true,
            providers: Vec::new(),
            return_to: "/v1/oauth2/authorize?request=sample".into(),
            recover_url: "/recover?return_to=%2F".into(),
            register_url: Some("/register?return_to=%2F".into()),
            other_account_url: None,
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let sample = Self::sample();
        vec![
            ("branded", Self { chrome: Chrome::sample_signed_out().branded(), ..sample.clone() }),
            ("plain", Self { destination: None, register_url: None, passkeys: false, ..sample.clone() }),
            (
                "refused",
                Self {
                    problem: Some(t("The name or the password is wrong. Check both and try again.")),
                    identifier: Field::new("ada@example.com"),
                    ..sample.clone()
                },
            ),
            (
                "errors",
                Self {
                    identifier: Field::new("").with_error(t("Enter your user name or your e-mail.")),
                    password: Field::new("").with_error(t("Enter your password.")),
                    ..sample.clone()
                },
            ),
            (
                "confirm",
                Self {
                    chrome: Chrome::sample(crate::Section::Elsewhere),
                    mode: SignInMode::Confirm,
                    identifier: Field::new("ada"),
                    register_url: None,
                    other_account_url: Some("/login?other=1".into()),
                    ..sample.clone()
                },
            ),
            ("providers", Self { providers: ProviderButton::samples(), ..sample.clone() }),
            (
                "confirm without a password",
                Self {
                    chrome: Chrome::sample(crate::Section::Elsewhere),
                    mode: SignInMode::Confirm,
                    asks_password: false,
                    providers: ProviderButton::samples(),
                    register_url: None,
                    ..sample.clone()
                },
            ),
            (
                "choose",
                Self {
                    chrome: Chrome::sample(crate::Section::Elsewhere),
                    mode: SignInMode::Choose(vec![AccountChoice {
                        session: "s1".into(),
                        account: Account::sample(),
                    }]),
                    ..sample.clone()
                },
            ),
            (
                "several accounts",
                Self {
                    chrome: Chrome::sample(crate::Section::Elsewhere),
                    mode: SignInMode::Choose(
                        [
                            "Ada Lovelace",
                            "An account with a name that goes on and on without an end",
                            "بوب 🦊",
                        ]
                        .iter()
                        .enumerate()
                        .map(|(i, name)| AccountChoice {
                            session: format!("s{i}"),
                            account: Account { name: (*name).into(), ..Account::sample() },
                        })
                        .collect(),
                    ),
                    ..sample
                },
            ),
        ]
    }
}
