//! Which organization a page is about, and what the person is there.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use postern_domain::{Capability, ErrorCode, Organization, OwnPath, Refusal, Role};
use postern_flows::second_factor::{self, Owed};
use postern_flows::{Actor, App, organizations};
use postern_templating::pages::OrganizationBarred;
use postern_templating::{Chrome, OrganizationNav, OrganizationTab, Section, Text, t};

use crate::answer::PageRefusal;
use crate::heading::prove_first;
use crate::page;
use crate::request::{PageRequest, SignedIn, Visitor, path_part};
use crate::routes::second_factor_required::ways;

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
        let actor = signed_in.actor(app);
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
        let place = match Place::find(app, &page.signed_in, &slug).await {
            Ok(place) => place,
            Err(refusal) => return Err(refused(&page, &slug, refusal).await),
        };
        match second_factor::owed_to(app, &place.organization, &page.signed_in.session).await {
            Ok(Some(Owed::Prove)) => Err(prove_first(&place.path("overview"))),
            Ok(_) => Ok(Self { page, place }),
            Err(refusal) => Err(PageRefusal::from(refusal).into_response()),
        }
    }
}

/// The answer to somebody who may not see an organization: members without the second factor that it asks for learn that it is
/// that, and what to do.
pub(crate) async fn refused(page: &PageRequest, slug: &str, refusal: Refusal) -> Response {
    let PageRequest { app, visitor, signed_in } = page;
    if refusal.code != ErrorCode::Forbidden {
        return PageRefusal::from(refusal).into_response();
    }
    let organization = match organizations::owed(app, &signed_in.session, slug).await {
        Ok(Some((organization, Owed::SetUp))) => organization,
        Ok(_) => return PageRefusal::from(refusal).into_response(),
        Err(refusal) => return PageRefusal::from(refusal).into_response(),
    };
    let path = OwnPath::parse(&format!("/organizations/{}", organization.slug)).unwrap_or_else(OwnPath::home);
    let (authenticator_url, passkey_url) = ways(app, &path);
    let barred = OrganizationBarred {
        chrome: page::chrome(app, visitor, Section::Organizations),
        name: organization.name.to_string(),
        authenticator_url,
        passkey_url,
    };
    let mut response = page::render(&barred);
    *response.status_mut() = StatusCode::FORBIDDEN;
    response
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
