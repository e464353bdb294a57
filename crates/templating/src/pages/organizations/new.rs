//! `/organizations/new`

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::{Chrome, Field, FieldError, Page, Section, t};

/// The form for a new organization. Posts `name`, `slug` (may be empty: it is then made from the name), `return_to` and
/// `form_token` to `/organizations/new`.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/organizations/new.html")]
pub struct OrganizationNew {
    /// The frame.
    pub chrome: Chrome,
    /// What went wrong as a whole.
    pub problem: Option<crate::Text>,
    /// `name`
    pub name: Field,
    /// `slug`, may be empty.
    pub slug: Field,
    /// What stands before the slug in addresses, e.g. `id.example.com/organizations/`.
    pub address: String,
    /// Own path to go to afterwards, sent back as it is; may be empty.
    pub return_to: String,
}

impl OrganizationNew {
    /// What is wrong, for the summary.
    pub fn errors(&self) -> Vec<FieldError<'_>> {
        [self.name.summary("name"), self.slug.summary("slug")].into_iter().flatten().collect()
    }

    fn cancel_url(&self) -> &str {
        if self.return_to.is_empty() { "/organizations" } else { &self.return_to }
    }
}

impl Page for OrganizationNew {
    const NAME: &'static str = "organization-new";

    fn sample() -> Self {
        Self {
            chrome: Chrome::sample(Section::Organizations),
            problem: None,
            name: Field::empty(),
            slug: Field::empty(),
            address: "id.example.com/organizations/".into(),
            return_to: String::new(),
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let errors = Self {
            name: Field::new("Acme Labs"),
            slug: Field::new("Acme Labs").with_error(t(
                "Use 2 to 40 small letters, digits or single hyphens, beginning and ending with a letter or digit.",
            )),
            ..Self::sample()
        };
        let asked = Self { return_to: "/v1/oauth2/authorize?request=sample".into(), ..Self::sample() };
        vec![("errors", errors), ("on the way to an app", asked)]
    }
}
