//! `/settings/profile`

use askama::Template;
use serde::{Deserialize, Serialize};

use super::SAMPLE_NOW;
use super::profile_parts::ProfilePart;
use crate::{Chrome, Field, FieldError, Notice, Page, Section, Shortened, Text, When, t};

/// Name, user name, e-mail, and what else people say of themselves. Posts `name`, `username`, `email`, the inputs of `parts`
/// and `form_token` to `/settings/profile`.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/profile.html")]
pub struct Profile {
    /// The frame.
    pub chrome: Chrome,
    /// What went wrong as a whole.
    pub problem: Option<Text>,
    /// `name`, may be empty.
    pub name: Field,
    /// `username`
    pub username: Field,
    /// `email`
    pub email: Field,
    /// What else people say of themselves.
    pub parts: Vec<ProfilePart>,
    /// Whether the e-mail is verified.
    pub email_verified: bool,
    /// Where it can be confirmed, if it is not.
    pub confirm_url: Option<String>,
    /// The id of the account, which apps see as `sub`.
    pub id: Shortened,
    /// Since when the account exists.
    pub created: When,
}

impl Profile {
    /// What is wrong, for the summary.
    pub fn errors(&self) -> Vec<FieldError<'_>> {
        [self.name.summary("name"), self.username.summary("username"), self.email.summary("email")]
            .into_iter()
            .flatten()
            .chain(self.parts.iter().flat_map(ProfilePart::errors))
            .collect()
    }
}

impl Page for Profile {
    const NAME: &'static str = "profile";

    fn sample() -> Self {
        Self {
            chrome: Chrome::sample(Section::Profile),
            problem: None,
            name: Field::new("Ada Lovelace"),
            username: Field::new("ada"),
            email: Field::new("ada@example.com"),
            parts: ProfilePart::all(|name| Field::new(if name == "nickname" { "Al" } else { "" })),
            email_verified: true,
            confirm_url: None,
            id: Shortened::new("01930f6e-7b7c-7a80-9d4e-52f1c0a8b9d3"),
            created: When::new(SAMPLE_NOW - 400 * 86_400, SAMPLE_NOW),
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        vec![
            (
                "saved",
                Self {
                    chrome: Chrome::sample(Section::Profile)
                        .with_notice(Notice::done(t("Your profile is saved."))),
                    email_verified: false,
                    confirm_url: Some("/settings/profile/email".into()),
                    ..Self::sample()
                },
            ),
            (
                "errors",
                Self {
                    username: Field::new("charles").with_error(t("Another account has this user name.")),
                    parts: ProfilePart::all(|name| match name {
                        "zoneinfo" => Field::new("the moon")
                            .with_error(t("Write a time zone such as Europe/Paris or UTC.")),
                        "street_address" => Field::new("St James’s Square 12\nSecond floor"),
                        _ => Field::empty(),
                    }),
                    ..Self::sample()
                },
            ),
        ]
    }
}
