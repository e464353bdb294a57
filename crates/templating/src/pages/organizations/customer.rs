//! `/organizations/{slug}/customers/new` and `/organizations/{slug}/customers/{id}`

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::{Chrome, Field, FieldError, OrganizationTab, Page, Shortened, When, pages::SAMPLE_NOW, t};

/// A customer, to be made or to be changed. Posts `action=save` with `email`, `name`, `external_id` and `metadata`, or
/// `action=delete`, and `form_token` to its own address.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/organizations/customer.html")]
pub struct CustomerForm {
    /// The frame.
    pub chrome: Chrome,
    /// The organization's name in addresses.
    pub slug: String,
    /// The customer as it is; none while it is made.
    pub existing: Option<ExistingCustomer>,
    /// What went wrong as a whole.
    pub problem: Option<crate::Text>,
    /// `email`
    pub email: Field,
    /// `name`, may be empty.
    pub name: Field,
    /// `external_id`, may be empty.
    pub external_id: Field,
    /// `metadata`, one `key=value` a line, may be empty.
    pub metadata: Field,
}

/// A customer that is kept already.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ExistingCustomer {
    /// Its id, the `sub` of its sessions.
    pub id: Shortened,
    /// Its name, its e-mail where there is none.
    pub title: String,
    /// Since when it is kept.
    pub created: When,
    /// When it last changed.
    pub updated: When,
}

impl CustomerForm {
    /// What is wrong, for the summary.
    pub fn errors(&self) -> Vec<FieldError<'_>> {
        [
            self.email.summary("email"),
            self.name.summary("name"),
            self.external_id.summary("external_id"),
            self.metadata.summary("metadata"),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn list_url(&self) -> String {
        format!("/organizations/{}/customers", self.slug)
    }

    fn url(&self) -> String {
        let last = self.existing.as_ref().map_or("new", |customer| &customer.id.full);
        format!("{}/{last}", self.list_url())
    }
}

impl Page for CustomerForm {
    const NAME: &'static str = "customer";

    fn sample() -> Self {
        Self {
            chrome: Chrome::sample_organization(OrganizationTab::Customers),
            slug: "acme-labs".into(),
            existing: Some(ExistingCustomer {
                id: Shortened::new("01930f6e-7b7c-7a80-9d4e-52f1c0a8b9d3"),
                title: "Mary Somerville".into(),
                created: When::new(SAMPLE_NOW - 40 * 86_400, SAMPLE_NOW),
                updated: When::new(SAMPLE_NOW - 7_200, SAMPLE_NOW),
            }),
            problem: None,
            email: Field::new("mary@example.com"),
            name: Field::new("Mary Somerville"),
            external_id: Field::new("cus_1042"),
            metadata: Field::new("plan=observatory\nregion=scotland"),
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let sample = Self::sample();
        let new = Self {
            existing: None,
            email: Field::empty(),
            name: Field::empty(),
            external_id: Field::empty(),
            metadata: Field::empty(),
            ..sample.clone()
        };
        let errors = Self {
            email: Field::new("mary").with_error(t("Write an e-mail address such as ada@example.com.")),
            external_id: Field::new("cus_1042")
                .with_error(t("Another customer of the organization has this external id.")),
            metadata: Field::new("plan observatory")
                .with_error(crate::Text::verbatim("Write “plan observatory” as key=value.")),
            ..sample
        };
        vec![("new", new), ("errors", errors)]
    }
}
