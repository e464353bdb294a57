//! Who acts, and whether they may: the same question for a page, a call of the API and a command.

use std::collections::BTreeSet;
use std::sync::Arc;

use postern_domain::audit::By;
use postern_domain::{
    Capability, InstanceRight, OrganizationId, Permit, Refusal, Role, Subject, SubjectType, User, UserId,
};

use crate::bearer::{Identity, Verdict};
use crate::{App, second_factor, standing};

/// Who wants something done. What it may do is what its credential allows now; each flow asks before it does anything.
#[derive(Clone, Debug)]
pub struct Actor(Who);

#[derive(Clone, Debug)]
enum Who {
    /// Whoever runs commands on the server's machine.
    Operator,
    /// Somebody with a credential.
    Holder {
        permit: Box<Permit>,
        /// The person, or who answers for the organization's token.
        person: Option<Arc<User>>,
        /// Who that is, for what is written down.
        by: By,
    },
}

impl Actor {
    /// Whoever runs commands on the server's machine: may do everything.
    pub const fn operator() -> Self {
        Self(Who::Operator)
    }

    /// A person who is signed in: may do all that is theirs.
    pub fn signed_in(app: &App, user: &Arc<User>) -> Self {
        Self(Who::Holder {
            permit: Box::new(standing::of_user(app, user)),
            person: Some(Arc::clone(user)),
            by: By::user(user.id),
        })
    }

    /// An administrator who acts as somebody else: may do what is theirs, and nothing in the instance.
    pub fn impersonating(app: &App, administrator: UserId, user: &Arc<User>) -> Self {
        let scopes = app.catalogue.within_reach(SubjectType::User, &BTreeSet::new());
        Self(Who::Holder {
            permit: Box::new(Permit::of_user(user.id, scopes)),
            person: Some(Arc::clone(user)),
            by: By::acting_as(administrator, user.id),
        })
    }

    /// Whoever presents a token.
    pub fn of_token(verdict: &Verdict) -> Self {
        let (permit, person) = (verdict.permit.clone(), verdict.holder.person().cloned());
        let identity = Identity::from(verdict);
        let by = By::Person {
            user_id: identity.user_id,
            acting_for: identity.acting_for,
            token_id: Some(identity.id),
        };
        Self(Who::Holder { permit: Box::new(permit), person, by })
    }

    /// The same with a credential that allows less.
    #[cfg(test)]
    pub(crate) fn with_permit(&self, permit: Permit) -> Self {
        Self(Who::Holder { permit: Box::new(permit), person: self.person().cloned(), by: self.by() })
    }

    /// What its credential allows; `None` is everything.
    pub fn permit(&self) -> Option<&Permit> {
        match &self.0 {
            Who::Operator => None,
            Who::Holder { permit, .. } => Some(permit),
        }
    }

    /// The person who acts or, where an organization's token does, who answers for it.
    pub const fn person(&self) -> Option<&Arc<User>> {
        match &self.0 {
            Who::Operator => None,
            Who::Holder { person, .. } => person.as_ref(),
        }
    }

    /// Who it is, for what is written down of its acts.
    pub const fn by(&self) -> By {
        match &self.0 {
            Who::Operator => By::Operator,
            Who::Holder { by, .. } => *by,
        }
    }

    /// That its credential holds a scope.
    ///
    /// # Errors
    /// `insufficient_scope` that names it.
    pub fn holds(&self, scope: &str) -> Result<(), Refusal> {
        match self.permit() {
            Some(permit) if !permit.scopes.allow(scope) => {
                Err(Refusal::insufficient_scope(format!("the token does not hold the scope “{scope}”")))
            }
            _ => Ok(()),
        }
    }

    /// Whether it has an instance right: its person does, and its credential was given it.
    pub fn has_right(&self, right: InstanceRight) -> bool {
        self.permit().is_none_or(|permit| {
            permit.scopes.contains(right.scope())
                || permit.scopes.contains(InstanceRight::InstanceAdmin.scope())
        })
    }

    /// That it has an instance right.
    ///
    /// # Errors
    /// `insufficient_scope` that names it.
    pub fn needs_right(&self, right: InstanceRight) -> Result<(), Refusal> {
        if self.has_right(right) {
            return Ok(());
        }
        Err(Refusal::insufficient_scope(format!("this takes the right “{}”", right.scope())))
    }

    /// That it is this person, or their script or app, and holds a scope.
    ///
    /// # Errors
    /// `insufficient_scope`; `not_found` for what is somebody else's.
    pub fn is(&self, user: UserId, scope: &str) -> Result<(), Refusal> {
        self.holds(scope)?;
        match self.permit() {
            Some(permit) if permit.subject != Subject::User(user) => {
                Err(Refusal::not_found("there is no such thing among yours"))
            }
            _ => Ok(()),
        }
    }

    /// That it may do something in an organization: its credential holds the scope and reaches the organization, and its
    /// person's role there allows it. An organization's own credential may do what an admin may.
    ///
    /// # Errors
    /// `insufficient_scope`; `not_found` for an organization that is not its own, so that nobody learns which there are;
    /// `forbidden` that says which role it takes, or that it takes a second factor.
    pub async fn may(
        &self,
        app: &App,
        organization: OrganizationId,
        capability: Capability,
        scope: &str,
    ) -> Result<(), Refusal> {
        self.holds(scope)?;
        let Some(role) = self.role(app, organization).await? else {
            return Err(Refusal::not_found("there is no such organization among yours"));
        };
        if role.may(capability) {
            return Ok(());
        }
        let takes = if Role::Admin.may(capability) { "an owner or admin" } else { "an owner" };
        Err(Refusal::forbidden(format!("this takes {takes} of the organization")))
    }

    /// What it is in an organization; `None` if that is not its own.
    ///
    /// # Errors
    /// `forbidden` for a person without the second factor that the organization asks for; `temporarily_unavailable` or `server_error` if the database fails.
    pub async fn role(&self, app: &App, organization: OrganizationId) -> Result<Option<Role>, Refusal> {
        let Some(permit) = self.permit() else { return Ok(Some(Role::Owner)) };
        match permit.subject {
            Subject::User(user) if permit.organizations.contains(organization) => {
                let role = app.role(organization, user).await?;
                let is_admin = self.has_right(InstanceRight::InstanceAdmin);
                let Some(role) = role.or(is_admin.then_some(Role::Owner)) else { return Ok(None) };
                let place = app.organization(organization).await?;
                if let Some(place) = place
                    && second_factor::is_missing(app, &place, user).await?
                {
                    return Err(second_factor::missing());
                }
                Ok(Some(role))
            }
            Subject::Organization(own) if own == organization => Ok(Some(Role::Admin)),
            _ => Ok(None),
        }
    }
}
