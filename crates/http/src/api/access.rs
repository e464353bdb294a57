use postern_domain::{InstanceRight, Permit, SubjectType};

use super::Problem;

/// Who may call an operation of the API: what the credential has to hold and for whom it has to speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Access {
    /// The scope it takes; `None` if any credential of these subjects will do.
    pub(crate) scope: Option<&'static str>,
    /// The kinds of subject it is for; none at all if it takes no credential.
    pub(crate) subjects: &'static [SubjectType],
}

impl Access {
    /// For everybody, with or without a credential.
    pub(crate) const ANYBODY: Self = Self { scope: None, subjects: &[] };

    /// For a person, their scripts and apps, whatever they were allowed.
    pub(crate) const ANY_USER: Self = Self { scope: None, subjects: &[SubjectType::User] };

    /// For a person, their scripts, and apps they allowed it.
    pub(crate) const fn user(scope: &'static str) -> Self {
        Self { scope: Some(scope), subjects: &[SubjectType::User] }
    }

    /// For them, and for an organization's scripts and apps it allowed it.
    pub(crate) const fn user_or_organization(scope: &'static str) -> Self {
        Self { scope: Some(scope), subjects: &[SubjectType::User, SubjectType::Organization] }
    }

    /// For a customer of an organization.
    pub(crate) const fn customer(scope: &'static str) -> Self {
        Self { scope: Some(scope), subjects: &[SubjectType::Customer] }
    }

    /// Whether it takes no credential.
    pub(crate) const fn is_open(self) -> bool {
        self.subjects.is_empty()
    }

    /// That a credential with this permit will do.
    ///
    /// # Errors
    /// `insufficient_subject` that names the kinds it is for, then `insufficient_scope` that names the scope.
    pub(crate) fn check(self, permit: &Permit) -> Result<(), Problem> {
        if self.is_open() {
            return Ok(());
        }
        let kind = permit.subject.subject_type();
        if !kind.is_some_and(|kind| self.subjects.contains(&kind)) {
            return Err(Problem::insufficient_subject(self.subjects, kind));
        }
        match self.scope {
            Some(scope) if !holds(permit, scope) => Err(Problem::insufficient_scope(scope)),
            _ => Ok(()),
        }
    }
}

/// Whether a permit holds a scope; whoever administers the instance has its other rights too.
fn holds(permit: &Permit, scope: &str) -> bool {
    let is_right = InstanceRight::ALL.iter().any(|right| right.scope() == scope);
    permit.scopes.allow(scope) || (is_right && permit.scopes.contains(InstanceRight::InstanceAdmin.scope()))
}
