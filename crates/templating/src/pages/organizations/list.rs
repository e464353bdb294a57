//! `/organizations`

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::{Avatar, Chrome, Notice, Page, Pager, Section, When, pages::SAMPLE_NOW, t};

/// The organizations that the person is a member of.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/organizations/list.html")]
pub struct Organizations {
    /// The frame.
    pub chrome: Chrome,
    /// The organizations, by name.
    pub organizations: Vec<OrganizationRow>,
    /// How many there are on all pages.
    pub total: u64,
    /// The way to the other pages of the list.
    pub pager: Pager,
}

/// One organization in the list.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OrganizationRow {
    /// What it is called.
    pub name: String,
    /// Its name in addresses.
    pub slug: String,
    /// What the person is there: `owner`, `admin` or `member`.
    pub role: String,
    /// How many members it has.
    pub members: u64,
    /// Since when the person is one of them.
    pub since: When,
}

impl OrganizationRow {
    fn avatar(&self) -> Avatar {
        Avatar::organization(&self.name)
    }
}

impl Page for Organizations {
    const NAME: &'static str = "organizations";

    fn sample() -> Self {
        let row = |name: &str, slug: &str, role: &str, members, days: i64| OrganizationRow {
            name: name.into(),
            slug: slug.into(),
            role: role.into(),
            members,
            since: When::new(SAMPLE_NOW - days * 86_400, SAMPLE_NOW),
        };
        let long = "The Analytical Society for Weavers, Astronomers and Insurance Clerks of Marylebone 🧮";
        Self {
            chrome: Chrome::sample(Section::Organizations),
            organizations: vec![
                row("Acme Labs", "acme-labs", "owner", 12, 400),
                row(long, "analytical-society", "admin", 10_482, 40),
                row("جمعية الفلكيين", "astronomers", "member", 1, 0),
            ],
            total: 3,
            pager: Pager::default(),
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let sample = Self::sample();
        let gone =
            Notice::done(t("The organization is deleted. Its clients and tokens stopped working now."));
        let many = Self {
            organizations: sample.organizations.iter().cycle().take(50).cloned().collect(),
            total: 120,
            pager: Pager { previous_url: None, next_url: Some("/organizations?cursor=sample".into()) },
            ..sample.clone()
        };
        let empty = Self {
            chrome: Chrome::sample(Section::Organizations).with_notice(gone),
            organizations: Vec::new(),
            total: 0,
            ..sample
        };
        vec![("empty", empty), ("many", many)]
    }
}
