//! Whose tokens a request is about, and who asks.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use postern_domain::{InstanceRight, Organization, Refusal, Role, TokenId};
use postern_flows::api_tokens::{self, List, Owner, Relation, Token};
use postern_flows::{Actor, App, sessions};
use postern_templating::pages::TokenPlace;
use postern_templating::{Chrome, OrganizationNav, OrganizationTab, Section};

use crate::page;
use crate::request::{SignedIn, Visitor};

/// What the address says. Whether there is such a thing is looked at once the form's token is known to be good.
pub(super) struct Asked {
    slug: Option<String>,
    id: Option<String>,
    is_admin: bool,
}

/// A place with tokens, for somebody who is signed in.
pub(super) struct At {
    pub(super) signed_in: SignedIn,
    pub(super) actor: Actor,
    pub(super) place: TokenPlace,
    pub(super) list: List,
    organization: Option<(Arc<Organization>, Role)>,
    id: Option<TokenId>,
}

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let is_admin = parts.uri.path().starts_with("/admin/");
        let found = Path::<BTreeMap<String, String>>::from_request_parts(parts, state).await;
        let mut found = found.map(|Path(found)| found).unwrap_or_default();
        Ok(Self { slug: found.remove("slug"), id: found.remove("id"), is_admin })
    }
}

impl Asked {
    /// The place it is.
    ///
    /// # Errors
    /// `not_found` for an organization that is none of theirs, `forbidden` for who is no administrator.
    pub(super) async fn find(self, app: &App, signed_in: SignedIn) -> Result<At, Refusal> {
        let actor = Actor::signed_in(app, &signed_in.user);
        let id = self.id.and_then(|id| id.parse().ok());
        let at =
            |place, list, organization| At { signed_in, actor: actor.clone(), place, list, organization, id };
        if self.is_admin {
            if !actor.has_right(InstanceRight::UsersManage) {
                return Err(Refusal::forbidden("this page is for administrators of this server"));
            }
            return Ok(at(TokenPlace::Everybody, List::Everybody, None));
        }
        let Some(slug) = self.slug else {
            let owner = Owner::User(signed_in_id(&actor)?);
            return Ok(at(TokenPlace::Personal, List::Of(owner), None));
        };
        let organization = api_tokens::organization_named(app, &slug).await?;
        let role = actor.role(app, organization.id).await?;
        let role = role.ok_or_else(|| Refusal::not_found("there is no such organization among yours"))?;
        let place = TokenPlace::Organization(organization.slug.to_string());
        let list = List::Of(Owner::Organization(organization.id));
        Ok(at(place, list, Some((organization, role))))
    }
}

fn signed_in_id(actor: &Actor) -> Result<postern_domain::UserId, Refusal> {
    actor.person().map(|person| person.id).ok_or_else(|| Refusal::forbidden("sign in first"))
}

impl At {
    /// Whose tokens these are; `None` for administrators.
    pub(super) const fn owner(&self) -> Option<Owner> {
        match self.list {
            List::Of(owner) => Some(owner),
            List::Everybody => None,
        }
    }

    /// The organization they are of.
    pub(super) fn organization(&self) -> Option<&Arc<Organization>> {
        self.organization.as_ref().map(|(organization, _)| organization)
    }

    /// The token that the address names, if it is of this place.
    ///
    /// # Errors
    /// `not_found` if it is not.
    pub(super) async fn token(&self, app: &App) -> Result<(Token, Relation), Refusal> {
        let gone = || Refusal::not_found("there is no such token among yours");
        let (token, owner, relation) =
            api_tokens::find(app, &self.actor, self.id.ok_or_else(gone)?, "tokens:read").await?;
        match self.owner() {
            Some(here) if here != owner => Err(gone()),
            _ => Ok((token, relation)),
        }
    }

    /// The name of the token's owner, if that is not who looks at it.
    pub(super) async fn owner_of(&self, app: &App, token: &Token) -> Result<Option<String>, Refusal> {
        let owner = match (self.owner(), token.organization_id, token.user_id) {
            (None, Some(id), _) => Owner::Organization(id),
            (None, None, Some(id)) if id != self.signed_in.user.id => Owner::User(id),
            _ => return Ok(None),
        };
        api_tokens::owner_name(app, owner).await.map(Some)
    }

    /// The path of the list.
    pub(super) fn url(&self) -> String {
        self.place.url()
    }

    /// The path of a token's page; administrators have none.
    pub(super) fn url_of(&self, id: TokenId) -> String {
        match self.list {
            List::Everybody => self.url(),
            List::Of(_) => format!("{}/{id}", self.url()),
        }
    }

    /// Whether the person proved who they are of late.
    pub(super) fn is_fresh(&self, app: &App) -> bool {
        sessions::is_fresh(app, &self.signed_in.session)
    }

    /// The frame of a page of this place.
    pub(super) fn chrome(&self, app: &App, visitor: &Visitor) -> Chrome {
        let section = match self.place {
            TokenPlace::Personal => Section::Tokens,
            TokenPlace::Organization(_) => Section::Organizations,
            TokenPlace::Everybody => Section::AllTokens,
        };
        let mut chrome = page::chrome(app, visitor, section);
        chrome.organization = self.organization.as_ref().map(|(organization, role)| OrganizationNav {
            name: organization.name.to_string(),
            slug: organization.slug.to_string(),
            role: role.to_string(),
            manages: *role != Role::Member,
            tab: OrganizationTab::Tokens,
        });
        chrome
    }
}

/// Sends somebody who signed in too long ago to prove who they are, and back to `path`.
pub(super) fn prove_first(path: &str) -> Response {
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("return_to", path).finish();
    Redirect::to(&format!("/reauthenticate?{query}")).into_response()
}
