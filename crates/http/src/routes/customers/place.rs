use std::sync::Arc;

use axum::response::{IntoResponse, Redirect, Response};
use postern_domain::{Capability, Organization, Refusal, Role};
use postern_flows::{Actor, App, organizations};
use postern_templating::{Chrome, Notice, OrganizationNav, OrganizationTab, Section};

use crate::page;
use crate::request::{SignedIn, Visitor};

/// The organization whose customers a page is about, and who looks at them.
pub(super) struct Place {
    pub(super) actor: Actor,
    pub(super) organization: Arc<Organization>,
    role: Role,
}

impl Place {
    /// The organization of this name, for somebody who may keep its customers.
    pub(super) async fn of(app: &App, signed_in: &SignedIn, slug: &str) -> Result<Self, Refusal> {
        let actor = Actor::signed_in(app, &signed_in.user);
        let (organization, role) = organizations::find(app, &actor, slug).await?;
        actor.may(app, organization.id, Capability::ManageCustomers, "customers:read").await?;
        Ok(Self { actor, organization, role })
    }

    /// The frame of its pages.
    pub(super) fn chrome(&self, app: &App, visitor: &Visitor) -> Chrome {
        let organization = OrganizationNav {
            name: self.organization.name.to_string(),
            slug: self.organization.slug.to_string(),
            role: self.role.to_string(),
            manages: self.role.may(Capability::ManageCustomers),
            tab: OrganizationTab::Customers,
        };
        Chrome { organization: Some(organization), ..page::chrome(app, visitor, Section::Organizations) }
    }

    /// Where the list is.
    pub(super) fn list(&self) -> String {
        format!("/organizations/{}/customers", self.organization.slug)
    }
}

/// What was just done, as the page that the browser is sent to says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Done {
    Added,
    Saved,
    Deleted,
}

impl Done {
    const ALL: [Self; 3] = [Self::Added, Self::Saved, Self::Deleted];

    const fn code(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Saved => "saved",
            Self::Deleted => "deleted",
        }
    }

    /// The notice of a page that is asked for with `done` in its query.
    pub(super) fn notice(code: Option<&str>) -> Option<Notice> {
        let done = Self::ALL.into_iter().find(|done| Some(done.code()) == code)?;
        Some(Notice::done(match done {
            Self::Added => "The customer is kept from now on. Your server can make sessions for them.",
            Self::Saved => "Your changes are saved.",
            Self::Deleted => "The customer is deleted. Sessions made for them stopped working now.",
        }))
    }

    /// Sends the browser on to a page that says so.
    pub(super) fn and_go_to(self, path: &str) -> Response {
        Redirect::to(&format!("{path}?done={}", self.code())).into_response()
    }
}
