use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use postern_domain::{Capability, Customer, CustomerId, Refusal};
use postern_flows::{App, customers};
use postern_templating::{Chrome, Notice, OrganizationTab, t};

use crate::answer::PageRefusal;
use crate::request::path_part;
use crate::routes::organizations::AtPlace;

/// Somebody who may keep an organization's customers asks for a page about them.
pub(super) struct AtCustomers(pub(super) AtPlace);

/// The same, for one customer of that very organization.
pub(super) struct KeptCustomer {
    pub(super) at: AtCustomers,
    pub(super) customer: Customer,
}

impl AtCustomers {
    /// The frame of the page.
    pub(super) fn chrome(&self) -> Chrome {
        self.0.chrome(OrganizationTab::Customers)
    }

    /// Where the list is.
    pub(super) fn list(&self) -> String {
        self.0.place.path("customers")
    }

    async fn customer(&self, id: Option<String>) -> Result<Customer, Refusal> {
        let gone = || Refusal::not_found("there is no such customer; it may have been deleted");
        let place = &self.0.place;
        let id: CustomerId = id.and_then(|id| id.parse().ok()).ok_or_else(gone)?;
        let found = customers::find(&self.0.page.app, &place.actor, id).await?;
        Some(found).filter(|found| found.organization_id == place.organization.id).ok_or_else(gone)
    }
}

impl FromRequestParts<Arc<App>> for AtCustomers {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Response> {
        let at = AtPlace::from_request_parts(parts, app).await?;
        let (actor, id) = (&at.place.actor, at.place.organization.id);
        match actor.may(app, id, Capability::ManageCustomers, "customers:read").await {
            Ok(_) => Ok(Self(at)),
            Err(refusal) => Err(PageRefusal::from(refusal).into_response()),
        }
    }
}

impl FromRequestParts<Arc<App>> for KeptCustomer {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Response> {
        let at = AtCustomers::from_request_parts(parts, app).await?;
        match at.customer(path_part(parts, app, "id").await).await {
            Ok(customer) => Ok(Self { at, customer }),
            Err(refusal) => Err(PageRefusal::from(refusal).into_response()),
        }
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
            Self::Added => t("The customer is kept from now on. Your server can make sessions for them."),
            Self::Saved => t("Your changes are saved."),
            Self::Deleted => t("The customer is deleted. Sessions made for them stopped working now."),
        }))
    }

    /// Sends the browser on to a page that says so.
    pub(super) fn and_go_to(self, path: &str) -> Response {
        Redirect::to(&format!("{path}?done={}", self.code())).into_response()
    }
}
