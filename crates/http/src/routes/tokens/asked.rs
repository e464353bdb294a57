//! Whose tokens a request is about, and who asks.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use postern_domain::{InstanceRight, Organization, Refusal, Role, TokenId};
use postern_flows::api_tokens::{self, List, Owner, Relation, Token};
use postern_flows::{Actor, App, sessions};
use postern_templating::pages::{TokenHeading, TokenPlace};
use postern_templating::{AdminTab, Chrome, OrganizationNav, OrganizationTab, Section, Text};

use super::row::person;
use crate::answer::PageRefusal;
use crate::page;
use crate::request::{PageRequest, SignedIn, Visitor, path_part};
use crate::routes::organizations;

/// A place with tokens, for somebody who is signed in.
pub(super) struct At {
    pub(super) visitor: Visitor,
    pub(super) signed_in: SignedIn,
    pub(super) actor: Actor,
    pub(super) place: TokenPlace,
    pub(super) list: List,
    organization: Option<(Arc<Organization>, Role)>,
}

/// A token that the person manages, in the place where the address names it.
pub(super) struct ManagedToken {
    pub(super) app: Arc<App>,
    pub(super) at: At,
    pub(super) token: Token,
    /// What the person is to its owner.
    pub(super) relation: Relation,
}

impl FromRequestParts<Arc<App>> for At {
    type Rejection = Response;

    /// Refused is an organization that is none of theirs (`not_found`), and who is no administrator (`forbidden`).
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Response> {
        let page = PageRequest::from_request_parts(parts, app).await?;
        let is_admin = parts.uri.path().starts_with("/admin/");
        let slug = path_part(parts, app, "slug").await;
        let (visitor, signed_in) = (page.visitor.clone(), page.signed_in.clone());
        match At::find(app, visitor, signed_in, is_admin, slug.clone()).await {
            Ok(at) => Ok(at),
            Err(refusal) => Err(organizations::refused(&page, &slug.unwrap_or_default(), refusal).await),
        }
    }
}

impl FromRequestParts<Arc<App>> for ManagedToken {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Response> {
        let at = At::from_request_parts(parts, app).await?;
        let id = path_part(parts, app, "id").await.and_then(|id| id.parse().ok());
        let (token, relation) = at.token(app, id).await.map_err(refused)?;
        Ok(Self { app: Arc::clone(app), at, token, relation })
    }
}

fn refused(refusal: Refusal) -> Response {
    PageRefusal::from(refusal).into_response()
}

fn signed_in_id(actor: &Actor) -> Result<postern_domain::UserId, Refusal> {
    actor.person().map(|person| person.id).ok_or_else(|| Refusal::forbidden("sign in first"))
}

impl At {
    async fn find(
        app: &App,
        visitor: Visitor,
        signed_in: SignedIn,
        is_admin: bool,
        slug: Option<String>,
    ) -> Result<Self, Refusal> {
        let actor = signed_in.actor(app);
        let at = |place, list, organization| Self {
            visitor,
            signed_in,
            actor: actor.clone(),
            place,
            list,
            organization,
        };
        if is_admin {
            if !actor.has_right(InstanceRight::UsersManage) {
                return Err(Refusal::forbidden("this page is for administrators of this server"));
            }
            return Ok(at(TokenPlace::Everybody, List::Everybody, None));
        }
        let Some(slug) = slug else {
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

    /// The token of this id, or `not_found` if it is not of this place.
    async fn token(&self, app: &App, id: Option<TokenId>) -> Result<(Token, Relation), Refusal> {
        let gone = || Refusal::not_found("there is no such token among yours");
        let (token, owner, relation) =
            api_tokens::find(app, &self.actor, id.ok_or_else(gone)?, "tokens:read").await?;
        match self.owner() {
            Some(here) if here != owner => Err(gone()),
            _ => Ok((token, relation)),
        }
    }

    /// The name of the token's owner, if that is not who looks at it.
    pub(super) async fn owner_of(&self, app: &App, token: &Token) -> Result<Option<Text>, Refusal> {
        let owner = match (self.owner(), token.organization_id, token.user_id) {
            (None, Some(id), _) => Owner::Organization(id),
            (None, None, Some(id)) if id != self.signed_in.user.id => Owner::User(id),
            _ => return Ok(None),
        };
        match owner {
            Owner::User(id) => person(app, Some(id)).await,
            Owner::Organization(_) => {
                api_tokens::owner_name(app, owner).await.map(|name| Some(Text::verbatim(name)))
            }
        }
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

    /// A token of this place, as pages that do something with it name it.
    pub(super) fn heading(&self, token: &Token) -> TokenHeading {
        TokenHeading {
            place: self.place.clone(),
            id: token.id.to_string(),
            name: token.api().map(|api| api.name.to_string()).unwrap_or_default(),
        }
    }

    /// The frame of a page of this place.
    pub(super) fn chrome(&self, app: &App) -> Chrome {
        let section = match self.place {
            TokenPlace::Personal => Section::Tokens,
            TokenPlace::Organization(_) => Section::Organizations,
            TokenPlace::Everybody => Section::Admin(AdminTab::Tokens),
        };
        let mut chrome = page::chrome(app, &self.visitor, section);
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
