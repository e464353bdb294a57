//! Which organization a page is about, and what the person is there.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use postern_domain::{Capability, Organization, Refusal, Role};
use postern_flows::{Actor, App, organizations};
use postern_templating::{Chrome, OrganizationNav, OrganizationTab, Section, Text, t};

use crate::answer::PageRefusal;
use crate::heading::prove_first;
use crate::page;
use crate::request::{PageRequest, SignedIn, Visitor, path_part};

/// An organization, as the person who looks at it.
pub(crate) struct Place {
    /// The person, who may do there what their role allows.
    pub(crate) actor: Actor,
    /// The organization.
    pub(crate) organization: Arc<Organization>,
    /// What the person is there.
    pub(crate) role: Role,
}

impl Place {
    /// The organization of this slug, or `not_found` if it is not the person's.
    pub(crate) async fn find(app: &App, signed_in: &SignedIn, slug: &str) -> Result<Self, Refusal> {
        let actor = Actor::signed_in(app, &signed_in.user);
        let (organization, role) = organizations::find(app, &actor, slug).await?;
        Ok(Self { actor, organization, role })
    }

    /// The frame of a page of it.
    pub(crate) fn chrome(&self, app: &App, visitor: &Visitor, tab: OrganizationTab) -> Chrome {
        Chrome {
            organization: Some(OrganizationNav {
                name: self.organization.name.to_string(),
                slug: self.organization.slug.to_string(),
                role: self.role.to_string(),
                manages: self.role.may(Capability::ManageMembers),
                tab,
            }),
            ..page::chrome(app, visitor, Section::Organizations)
        }
    }

    /// The path of a page of it.
    pub(crate) fn path(&self, page: &str) -> String {
        format!("/organizations/{}/{page}", self.organization.slug)
    }
}

/// Somebody asks for a page of an organization that they belong to.
pub(crate) struct AtPlace {
    pub(crate) page: PageRequest,
    pub(crate) place: Place,
}

impl AtPlace {
    /// The frame of the page.
    pub(crate) fn chrome(&self, tab: OrganizationTab) -> Chrome {
        self.place.chrome(&self.page.app, &self.page.visitor, tab)
    }

    /// Where somebody goes first who signed in too long ago for what this page of the organization does.
    pub(super) fn proof_first(&self, page: &str) -> Option<Response> {
        (!self.page.is_fresh()).then(|| prove_first(&self.place.path(page)))
    }
}

impl FromRequestParts<Arc<App>> for AtPlace {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Response> {
        let page = PageRequest::from_request_parts(parts, app).await?;
        let slug = path_part(parts, app, "slug").await.unwrap_or_default();
        match Place::find(app, &page.signed_in, &slug).await {
            Ok(place) => Ok(Self { page, place }),
            Err(refusal) => Err(PageRefusal::from(refusal).into_response()),
        }
    }
}

/// What a role lets somebody do, in a sentence.
pub(super) const fn role_means(role: Role) -> Text {
    match role {
        Role::Owner => t("You may do everything: also name owners, set what it demands, and delete it."),
        Role::Admin => t(
            "You manage its members, clients, tokens and customers, and may let apps speak for it. Owners stay out of \
             your reach.",
        ),
        Role::Member => {
            t("You see it and its members. What speaks for it is set up by its owners and admins.")
        }
    }
}
