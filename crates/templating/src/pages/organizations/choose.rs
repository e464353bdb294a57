//! The choice of an organization, where an app asks for access to one.

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::{AppFace, Avatar, Chrome, Page, Section, Text, t};

/// Which organization an app may speak for (`sub_type=organization`). Posts `request`, `form_token`,
/// `organization_id` and `decision` (`allow` goes on to the consent page, `deny` returns to the app) to `/consent`.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/organizations/choose.html")]
pub struct ChooseOrganization {
    /// The frame; its account is the one that is asked.
    pub chrome: Chrome,
    /// Handle of the request, sent back as it is.
    pub request: String,
    /// The app's name and logo.
    pub face: AppFace,
    /// What is wrong, e.g. *Choose an organization.*
    pub error: Option<Text>,
    /// The person's organizations: those that can be chosen first, then by name.
    pub organizations: Vec<OrganizationOption>,
    /// Where to make one and come back: `/organizations/new?return_to=…`.
    pub create_url: String,
    /// Where to sign in as somebody else and come back to this request.
    pub switch_url: String,
}

/// One organization to choose.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OrganizationOption {
    /// Its id, which the form sends.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Its name in addresses.
    pub slug: String,
    /// What the person is there.
    pub role: Text,
    /// Why it can't be chosen, e.g. *You are a member there; an owner or an admin has to allow this.*
    pub refusal: Option<Text>,
    /// Whether it is chosen when the page opens.
    pub selected: bool,
}

impl ChooseOrganization {
    fn has_choice(&self) -> bool {
        self.organizations.iter().any(|organization| organization.refusal.is_none())
    }
}

impl OrganizationOption {
    fn avatar(&self) -> Avatar {
        Avatar::organization(&self.name)
    }
}

impl Page for ChooseOrganization {
    const NAME: &'static str = "choose-organization";

    fn sample() -> Self {
        let option =
            |id: &str, name: &str, slug: &str, role: Text, refusal: Option<Text>| OrganizationOption {
                id: id.into(),
                name: name.into(),
                slug: slug.into(),
                role,
                refusal,
                selected: id == "o1",
            };
        let long = "The Analytical Society for Weavers, Astronomers and Insurance Clerks of Marylebone 🧮";
        let member =
            t("You are a {role} there. An owner or an admin has to allow it.").with("role", t("member"));
        let approval = t("It approves apps first, and {app} is not approved yet.").with("app", "Field Notes");
        Self {
            chrome: Chrome::sample(Section::Elsewhere),
            request: "sample-request".into(),
            face: AppFace::new("Field Notes"),
            error: None,
            organizations: vec![
                option("o1", "Acme Labs", "acme-labs", t("owner"), None),
                option("o2", long, "analytical-society-of-marylebone", t("admin"), None),
                option("o3", "جمعية الفلكيين", "astronomers", t("member"), Some(member)),
                option("o4", "Weavers United", "weavers", t("owner"), Some(approval)),
            ],
            create_url: "/organizations/new?return_to=%2Fconsent".into(),
            switch_url: "/login?other=1".into(),
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let sample = Self::sample();
        let none = Self { organizations: Vec::new(), ..sample.clone() };
        let refused =
            Self { organizations: sample.organizations.iter().skip(2).cloned().collect(), ..sample.clone() };
        let nothing =
            sample.organizations.iter().cloned().map(|row| OrganizationOption { selected: false, ..row });
        let unchosen = Self {
            organizations: nothing.collect(),
            error: Some(t("Choose an organization.")),
            ..sample.clone()
        };
        let department = |first: &OrganizationOption, index: usize| OrganizationOption {
            id: format!("m{index}"),
            name: format!("Department {index}"),
            slug: format!("department-{index}"),
            selected: false,
            ..first.clone()
        };
        let first = sample.organizations.iter().take(1);
        let departments = first.flat_map(|first| (1..=40).map(|index| department(first, index))).collect();
        let many = Self { organizations: departments, ..sample };
        vec![("none", none), ("none possible", refused), ("not chosen", unchosen), ("many", many)]
    }
}
