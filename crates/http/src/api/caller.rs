use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use postern_domain::{OrganizationId, Permit, Session, Subject, SubjectType, User, UserId};
use postern_flows::bearer::Verdict;
use postern_flows::{Actor, App, sessions};

use super::Problem;
use crate::request::SignedIn;

/// Whoever calls an operation of the API, by a credential that works.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// What flows ask whether it may.
    pub(crate) actor: Actor,
    /// The token it is known by.
    token: Option<Arc<Verdict>>,
    /// The session behind it, where it is a page in the browser of somebody who is signed in.
    session: Option<Arc<Session>>,
}

/// A call of an operation of the API.
pub(crate) struct Call {
    pub(crate) app: Arc<App>,
    pub(crate) caller: Caller,
}

impl Caller {
    pub(super) fn of_token(verdict: Arc<Verdict>) -> Self {
        Self { actor: Actor::of_token(&verdict), token: Some(verdict), session: None }
    }

    /// A page that is known by the cookie.
    pub(super) fn of_page(app: &App, signed_in: SignedIn) -> Self {
        let actor = signed_in.actor(app);
        Self { actor, token: None, session: Some(signed_in.session) }
    }

    /// A page that is known by the session API token.
    pub(super) fn of_page_token(verdict: Arc<Verdict>, session: Session) -> Self {
        Self { session: Some(Arc::new(session)), ..Self::of_token(verdict) }
    }

    /// What it may do now.
    ///
    /// # Errors
    /// Never for a caller from outside.
    pub(crate) fn permit(&self) -> Result<&Permit, Problem> {
        self.actor.permit().ok_or_else(Problem::no_credential)
    }

    /// The token it was known by; none for a page that sent the cookie.
    pub(crate) const fn token(&self) -> Option<&Arc<Verdict>> {
        self.token.as_ref()
    }

    /// The session it was known by, also where a session API token stands for it; none for any other token.
    pub(crate) const fn session(&self) -> Option<&Arc<Session>> {
        self.session.as_ref()
    }

    /// Whether a sensitive change may be made on its word: a token was given the right to, a session has to be fresh.
    pub(crate) fn is_proven(&self, app: &App) -> bool {
        self.session().is_none_or(|session| sessions::is_fresh(app, session))
    }

    /// That it is so.
    ///
    /// # Errors
    /// `fresh_sign_in_required`
    pub(crate) fn needs_proof(&self, app: &App) -> Result<(), Problem> {
        if self.is_proven(app) { Ok(()) } else { Err(Problem::fresh_sign_in()) }
    }

    /// The person it speaks for.
    ///
    /// # Errors
    /// `insufficient_subject` if it speaks for somebody else.
    pub(crate) fn user(&self) -> Result<&Arc<User>, Problem> {
        let of = |id: UserId| self.actor.person().filter(|person| person.id == id);
        let permit = self.permit()?;
        let user = match permit.subject {
            Subject::User(id) => of(id),
            _ => None,
        };
        user.ok_or_else(|| Problem::insufficient_subject(&[SubjectType::User], permit.subject.subject_type()))
    }

    /// The organization that is meant: its own for an organization's credential, else the one that is named.
    ///
    /// # Errors
    /// `invalid_request` if a person's names none; `not_found` if an organization's names another.
    pub(crate) fn organization(&self, named: Option<&str>) -> Result<OrganizationId, Problem> {
        let unknown = || Problem::not_found("there is no such organization among yours");
        let named = named.map(|named| named.parse().map_err(|_| unknown())).transpose()?;
        match (self.permit()?.subject, named) {
            (Subject::Organization(own), None) => Ok(own),
            (Subject::Organization(own), Some(named)) if own != named => Err(unknown()),
            (_, Some(named)) => Ok(named),
            (_, None) => Err(Problem::malformed("say which organization is meant, in organization_id")),
        }
    }
}

/// The gate in front of every operation puts it there.
impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(Problem::no_credential)
    }
}

impl FromRequestParts<Arc<App>> for Call {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, app).await?;
        Ok(Self { app: Arc::clone(app), caller })
    }
}
