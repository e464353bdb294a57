//! `/organizations/{slug}/delete`

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::{Chrome, Field, FieldError, OrganizationTab, Page, t};

/// The question before an organization is deleted. Posts `confirm` (its slug, typed) and `form_token` to
/// `/organizations/{slug}/delete`.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/organizations/delete.html")]
pub struct OrganizationDelete {
    /// The frame.
    pub chrome: Chrome,
    /// The organization's name in addresses, to be typed.
    pub slug: String,
    /// What it is called.
    pub name: String,
    /// How many members it has.
    pub members: u64,
    /// How many clients it has.
    pub clients: u64,
    /// How many tokens speak for it now, those of apps included.
    pub live_tokens: u64,
    /// How many customers it keeps.
    pub customers: u64,
    /// `confirm`
    pub confirm: Field,
}

impl OrganizationDelete {
    /// What is wrong, for the summary.
    pub fn errors(&self) -> Vec<FieldError<'_>> {
        self.confirm.summary("confirm").into_iter().collect()
    }
}

impl Page for OrganizationDelete {
    const NAME: &'static str = "organization-delete";

    fn sample() -> Self {
        Self {
            chrome: Chrome::sample_organization(OrganizationTab::Settings),
            slug: "acme-labs".into(),
            name: "Acme Labs".into(),
            members: 12,
            clients: 3,
            live_tokens: 231,
            customers: 10_482,
            confirm: Field::empty(),
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let refused = Self {
            members: 1,
            clients: 1,
            live_tokens: 0,
            customers: 0,
            confirm: Field::new("acme")
                .with_error(t("Type the address exactly: {slug}.").with("slug", "acme-labs")),
            ..Self::sample()
        };
        vec![("refused", refused)]
    }
}
