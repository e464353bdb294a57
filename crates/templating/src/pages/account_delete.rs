//! `/settings/account/delete`

use askama::Template;
use serde::{Deserialize, Serialize};

use super::SAMPLE_NOW;
use crate::{Chrome, Field, FieldError, Page, Section, When, t};

/// The question before an account is deleted. Posts `confirm` (the user name, typed) and `form_token` to
/// `/settings/account/delete`.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/account_delete.html")]
pub struct AccountDelete {
    /// The frame.
    pub chrome: Chrome,
    /// The user name, to be typed.
    pub username: String,
    /// Until when it can be taken back.
    pub until: When,
    /// Organizations nobody else belongs to.
    pub deleted: Vec<NamedOrganization>,
    /// Organizations that go on without the person.
    pub left: Vec<NamedOrganization>,
    /// Organizations that others belong to and nobody else owns.
    pub in_the_way: Vec<NamedOrganization>,
    /// How many clients the person registered.
    pub clients: u64,
    /// Whether nobody else administers the server.
    pub is_last_administrator: bool,
    /// Own path of the page before.
    pub account_url: String,
    /// `confirm`
    pub confirm: Field,
}

/// An organization, by name and address.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NamedOrganization {
    /// What it is called.
    pub name: String,
    /// Its name in addresses.
    pub slug: String,
}

impl AccountDelete {
    /// What is wrong, for the summary.
    pub fn errors(&self) -> Vec<FieldError<'_>> {
        self.confirm.summary("confirm").into_iter().collect()
    }

    fn is_possible(&self) -> bool {
        self.in_the_way.is_empty() && !self.is_last_administrator
    }
}

impl Page for AccountDelete {
    const NAME: &'static str = "account-delete";

    fn sample() -> Self {
        let named = |name: &str, slug: &str| NamedOrganization { name: name.into(), slug: slug.into() };
        Self {
            chrome: Chrome::sample(Section::OwnAccount),
            username: "ada".into(),
            until: When::new(SAMPLE_NOW + 14 * 86_400, SAMPLE_NOW),
            deleted: vec![named("Ada’s sandbox", "ada-sandbox")],
            left: vec![named("Acme Labs", "acme-labs"), named("Analytical Engines", "engines")],
            in_the_way: Vec::new(),
            clients: 3,
            is_last_administrator: false,
            account_url: "/settings/account".into(),
            confirm: Field::empty(),
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let refused = Self {
            deleted: Vec::new(),
            left: Vec::new(),
            clients: 0,
            confirm: Field::new("eve")
                .with_error(t("Type your user name exactly: {username}.").with("username", "ada")),
            ..Self::sample()
        };
        let long = "The Royal Society for the Improvement of Natural Knowledge and of Engines".repeat(2);
        let in_the_way = Self {
            in_the_way: vec![
                NamedOrganization { name: long, slug: "royal-society".into() },
                NamedOrganization { name: "Acme Labs".into(), slug: "acme-labs".into() },
            ],
            ..Self::sample()
        };
        let last = Self { is_last_administrator: true, ..Self::sample() };
        vec![("refused", refused), ("organizations in the way", in_the_way), ("last administrator", last)]
    }
}
