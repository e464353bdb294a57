//! `/organizations/join`

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::{Avatar, Chrome, Page, Section, Text, When, pages::SAMPLE_NOW, t};

/// An invitation, for the person it is for. Posts `action` (`accept` or `decline`) and `form_token` to
/// [`url`](Self::url).
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/organizations/join.html")]
pub struct OrganizationJoin {
    /// The frame.
    pub chrome: Chrome,
    /// Path of this page with its query: `/organizations/join?invitation=…`.
    pub url: String,
    /// Name of the organization.
    pub organization: String,
    /// How many members it has.
    pub members: u64,
    /// Name of who invites.
    pub inviter: Text,
    /// The role that is offered.
    pub role: Text,
    /// What that role lets somebody do, a sentence.
    pub role_means: Text,
    /// The address that the invitation is for.
    pub email: String,
    /// When it ends.
    pub expires: When,
    /// Why the person can't accept it, e.g. *It is for mary@example.com, and you are signed in as ada@example.com.*
    pub refusal: Option<Text>,
    /// Where the person can prove that the address is theirs and come back, if it is only that.
    pub confirm_url: Option<String>,
    /// Where to sign in as somebody else and come back.
    pub switch_url: String,
}

impl OrganizationJoin {
    fn avatar(&self) -> Avatar {
        Avatar::organization(&self.organization)
    }
}

impl Page for OrganizationJoin {
    const NAME: &'static str = "organization-join";

    fn sample() -> Self {
        Self {
            chrome: Chrome::sample(Section::Elsewhere),
            url: "/organizations/join?invitation=2Vhk3mW5q8Yx0Zc7Tn4Rb9Lp1Jd6Fs0Ga".into(),
            organization: "Acme Labs".into(),
            members: 12,
            inviter: Text::verbatim("Charles Babbage"),
            role: t("admin"),
            role_means: t(
                "You manage its members, clients, tokens and customers, and may let apps speak for it. Owners stay out of your reach.",
            ),
            email: "ada@example.com".into(),
            expires: When::new(SAMPLE_NOW + 6 * 86_400, SAMPLE_NOW),
            refusal: None,
            confirm_url: None,
            switch_url: "/login?other=1".into(),
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let other = Self {
            email: "mary.somerville@example.com".into(),
            refusal: Some(
                t("The invitation is for {invited}, and you are signed in as {email}: sign in as who has that address.")
                    .with("invited", "mary.somerville@example.com")
                    .with("email", "ada@example.com"),
            ),
            ..Self::sample()
        };
        let unverified = Self {
            refusal: Some(
                t("It is not verified yet that {email} is yours: have a link sent to it in your profile, and open the invitation again after that.")
                    .with("email", "ada@example.com"),
            ),
            confirm_url: Some("/settings/profile/email?return_to=%2Forganizations%2Fjoin".into()),
            ..Self::sample()
        };
        let long = Self {
            organization: "جمعية النساجين والفلكيين 🧮 and everybody else who has ever owned an engine"
                .into(),
            members: 1,
            role: t("member"),
            role_means: t(
                "You see it and its members. What speaks for it is set up by its owners and admins.",
            ),
            ..Self::sample()
        };
        vec![("another address", other), ("unverified", unverified), ("long name", long)]
    }
}
