//! Which organization a page is about, and what the person is there.

use std::sync::Arc;

use axum::response::{IntoResponse, Redirect, Response};
use postern_domain::{Capability, Organization, Refusal, Role};
use postern_flows::{Actor, App, organizations, sessions};
use postern_templating::{Chrome, OrganizationNav, OrganizationTab, Section};

use crate::page;
use crate::request::{SignedIn, Visitor};

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

/// Sends somebody who signed in too long ago to prove who they are, and back to `path`.
pub(super) fn proof_first(app: &App, signed_in: &SignedIn, path: &str) -> Option<Response> {
    if sessions::is_fresh(app, &signed_in.session) {
        return None;
    }
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("return_to", path).finish();
    Some(Redirect::to(&format!("/reauthenticate?{query}")).into_response())
}

/// What a role lets somebody do, in a sentence.
pub(super) const fn role_means(role: Role) -> &'static str {
    match role {
        Role::Owner => "You may do everything: also name owners, set what it demands, and delete it.",
        Role::Admin => {
            "You manage its members, clients, tokens and customers, and may let apps speak for it. Owners stay out of \
             your reach."
        }
        Role::Member => "You see it and its members. What speaks for it is set up by its owners and admins.",
    }
}
