use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use postern_domain::{Session, User};
use postern_flows::{Actor, App};

use crate::request::FormNonce;

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub(crate) struct SignedIn {
    /// The session of this browser.
    pub(crate) session: Arc<Session>,
    /// The account, which is active.
    pub(crate) user: Arc<User>,
    /// Who acts in it, if that is not its owner.
    pub(crate) impersonator: Option<Arc<User>>,
}

impl SignedIn {
    /// The person, who may do what their account allows; whoever acts as them, less.
    pub(crate) fn actor(&self, app: &App) -> Actor {
        match &self.impersonator {
            Some(administrator) => Actor::impersonating(app, administrator.id, &self.user),
            None => Actor::signed_in(app, &self.user),
        }
    }
}

/// Whoever asks for a page.
#[derive(Clone, Debug)]
pub(crate) struct Visitor {
    /// Who that is, if they are signed in.
    pub(crate) signed_in: Option<SignedIn>,
    form_binding: String,
}

impl Visitor {
    pub(crate) fn new(signed_in: Option<SignedIn>, nonce: &FormNonce) -> Self {
        let form_binding = signed_in
            .as_ref()
            .map_or_else(|| format!("visitor {}", nonce.value()), |signed_in| bound_to(&signed_in.session));
        Self { signed_in, form_binding }
    }

    /// The same browser after a new proof of the person's.
    pub(crate) fn renewed(&self, session: &Session) -> Self {
        let nobody = || Self { signed_in: None, form_binding: String::new() };
        self.signed_in.as_ref().map_or_else(nobody, |signed_in| Self {
            form_binding: bound_to(session),
            signed_in: Some(SignedIn {
                session: Arc::new(session.clone()),
                user: Arc::clone(&signed_in.user),
                impersonator: signed_in.impersonator.clone(),
            }),
        })
    }

    /// The same browser once nobody is signed in there. Forms on its page are bound to nothing and never hold.
    pub(crate) const fn signed_out(&self) -> Self {
        Self { signed_in: None, form_binding: String::new() }
    }

    /// What a form of this visitor is bound to.
    pub(crate) fn form_binding(&self) -> &str {
        &self.form_binding
    }
}

/// The time of the last proof changes with each new authority, and old forms with it.
fn bound_to(session: &Session) -> String {
    format!("session {} {}", session.id, session.auth_time.0)
}

impl<S: Send + Sync> FromRequestParts<S> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        // Every page's route puts the visitor there; a route that does not has an anonymous one whose forms never hold.
        Ok(parts
            .extensions
            .get::<Self>()
            .cloned()
            .unwrap_or(Self { signed_in: None, form_binding: String::new() }))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        let visitor = parts.extensions.get::<Visitor>();
        visitor
            .and_then(|visitor| visitor.signed_in.clone())
            .ok_or_else(|| Redirect::to("/login").into_response())
    }
}
