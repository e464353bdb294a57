//! `/organizations/{slug}/customers`

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::{Chrome, Notice, OrganizationTab, Page, Pager, When, pages::SAMPLE_NOW, t};

/// The customers that an organization keeps. The search is a GET with `q`.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/organizations/customers.html")]
pub struct Customers {
    /// The frame.
    pub chrome: Chrome,
    /// The organization's name in addresses.
    pub slug: String,
    /// The customers, the latest first.
    pub customers: Vec<CustomerRow>,
    /// How many there are on all pages, the search aside.
    pub total: u64,
    /// What is searched for: how the e-mail or the name begins; may be empty.
    pub query: String,
    /// The way to the other pages of the list.
    pub pager: Pager,
}

/// A customer in the list. Its page is `/organizations/{slug}/customers/{id}`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CustomerRow {
    /// The customer's id.
    pub id: String,
    /// What it is called, if that is known.
    pub name: Option<String>,
    /// Where it is reached.
    pub email: String,
    /// What the organization calls it in its own books.
    pub external_id: Option<String>,
    /// Since when it is kept.
    pub created: When,
}

impl Customers {
    fn url(&self) -> String {
        format!("/organizations/{}/customers", self.slug)
    }
}

impl Page for Customers {
    const NAME: &'static str = "customers";

    fn sample() -> Self {
        let row = |name: Option<&str>, email: &str, external: Option<&str>, days: i64| CustomerRow {
            id: "01930f6e-7b7c-7a80-9d4e-52f1c0a8b9d3".into(),
            name: name.map(Into::into),
            email: email.into(),
            external_id: external.map(Into::into),
            created: When::new(SAMPLE_NOW - days * 86_400, SAMPLE_NOW),
        };
        let long = "a.very.long.mail.address.of.somebody@department.university.example.com";
        Self {
            chrome: Chrome::sample_organization(OrganizationTab::Customers),
            slug: "acme-labs".into(),
            customers: vec![
                row(Some("Mary Somerville"), "mary@example.com", Some("cus_1042"), 0),
                row(None, long, None, 3),
                row(
                    Some("أبو الريحان البيروني 🌍"),
                    "biruni@example.com",
                    Some("a-customer-number-from-a-very-old-ledger-0000000000000017"),
                    90,
                ),
            ],
            total: 3,
            query: String::new(),
            pager: Pager::default(),
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let sample = Self::sample();
        let gone = Notice::done(t("The customer is deleted. Sessions made for them stopped working now."));
        let many = Self {
            customers: sample.customers.iter().cycle().take(50).cloned().collect(),
            total: 10_482,
            pager: Pager {
                previous_url: None,
                next_url: Some("/organizations/acme-labs/customers?cursor=s".into()),
            },
            ..sample.clone()
        };
        let empty = Self { customers: Vec::new(), total: 0, ..sample.clone() };
        let none_found = Self {
            chrome: sample.chrome.clone().with_notice(gone),
            customers: Vec::new(),
            total: 10_482,
            query: "somerville".into(),
            ..sample
        };
        vec![("empty", empty), ("none found", none_found), ("many", many)]
    }
}
