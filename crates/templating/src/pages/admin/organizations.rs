//! `/admin/organizations`

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::pages::SAMPLE_NOW;
use crate::{AdminTab, Avatar, Choice, Chrome, Page, Pager, Section, When};

/// All organizations. The filter is a GET with `q`; a row's form posts `form_token`, `organization` and `tier` to
/// `/admin/organizations`.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/admin/organizations.html")]
pub struct AdminOrganizations {
    /// The frame.
    pub chrome: Chrome,
    /// `q`: how the slug or the name begins; may be empty.
    pub query: String,
    /// The organizations, by slug.
    pub organizations: Vec<AdminOrganizationRow>,
    /// The way to the other pages of the list.
    pub pager: Pager,
}

/// An organization in the list.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AdminOrganizationRow {
    /// Its id, for the form.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Its name in addresses.
    pub slug: String,
    /// How many members it has.
    pub members: u64,
    /// The tiers, its own selected.
    pub tiers: Vec<Choice>,
    /// When it was made.
    pub made: When,
}

impl AdminOrganizationRow {
    fn avatar(&self) -> Avatar {
        Avatar::organization(&self.name)
    }
}

impl Page for AdminOrganizations {
    const NAME: &'static str = "admin-organizations";

    fn sample() -> Self {
        let tiers = |selected: &str| {
            let all = ["restricted", "default", "elevated"].into_iter();
            all.map(|tier| Choice::new(tier, tier).selected(tier == selected)).collect()
        };
        let row = |name: &str, slug: &str, tier, members| AdminOrganizationRow {
            id: "01930f6e-7b7c-7a80-9d4e-52f1c0a8b9d3".into(),
            name: name.into(),
            slug: slug.into(),
            members,
            tiers: tiers(tier),
            made: When::new(SAMPLE_NOW - 9_000_000, SAMPLE_NOW),
        };
        let long = "The Analytical Society for Weavers, Astronomers and Insurance Clerks of Marylebone 🧮";
        Self {
            chrome: Chrome::sample_admin(Section::Admin(AdminTab::Organizations)),
            query: String::new(),
            organizations: vec![
                row("Acme Labs", "acme-labs", "default", 12),
                row(long, "weavers-and-astronomers-of-marylebone-co", "elevated", 10_482),
                row("جمعية الفلكيين", "astronomers", "restricted", 1),
            ],
            pager: Pager::default(),
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let none = Self { query: "nothing".into(), organizations: Vec::new(), ..Self::sample() };
        vec![("none", none)]
    }
}
