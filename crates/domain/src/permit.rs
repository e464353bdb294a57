use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::limits::{LimitSet, RequestLimit};
use crate::{CustomerId, NamedClaims, OrganizationId, Refusal, Scopes, Subject, Timestamp, UserId};

/// Which organizations a permit reaches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Organizations {
    /// Every one its subject belongs to, also those joined later.
    All,
    /// These and no others.
    Only(BTreeSet<OrganizationId>),
}

impl Organizations {
    /// Whether `organization` is reached.
    pub fn contains(&self, organization: OrganizationId) -> bool {
        match self {
            Self::All => true,
            Self::Only(set) => set.contains(&organization),
        }
    }

    /// What both reach.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::All, any) | (any, Self::All) => any.clone(),
            (Self::Only(a), Self::Only(b)) => Self::Only(a.intersection(b).copied().collect()),
        }
    }

    fn is_within(&self, other: &Self) -> bool {
        match (self, other) {
            (_, Self::All) => true,
            (Self::All, Self::Only(_)) => false,
            (Self::Only(a), Self::Only(b)) => a.is_subset(b),
        }
    }
}

/// What a credential allows. Every credential is a handle to one permit, and every operation can only narrow it:
/// [`Permit::narrow`] is the only way to make one from another, [`Permit::intersect`] is applied at each use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permit {
    /// Whom it speaks for.
    pub subject: Subject,
    /// Who acts in the subject's stead, where that is somebody else (RFC 8693 section 4.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<UserId>,
    /// Which organizations it reaches.
    pub organizations: Organizations,
    /// What it may do.
    pub scopes: Scopes,
    /// Which claims about its subject were asked for by name, besides those that its scopes stand for.
    #[serde(default, skip_serializing_if = "NamedClaims::is_empty")]
    pub claims: NamedClaims,
    /// For which resources it is meant; `None` is any (RFC 8707).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<BTreeSet<String>>,
    /// Which requests it may be used for: those that every set lets pass. None at all is any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<LimitSet>,
    /// When it ends; `None` is never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// What is asked of [`Permit::narrow`]; what is `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct Narrowing {
    /// A person's permit can become that of one organization it reaches.
    pub subject: Option<Subject>,
    /// Fewer scopes.
    pub scopes: Option<Scopes>,
    /// Fewer organizations.
    pub organizations: Option<Organizations>,
    /// Fewer resources.
    pub audience: Option<BTreeSet<String>>,
    /// Fewer requests: these limits hold besides those that are there.
    pub limits: Option<LimitSet>,
    /// An earlier end.
    pub expires_at: Option<Timestamp>,
}

impl Permit {
    /// The whole permit of a person: what a fresh sign-in of theirs holds within `scopes`.
    pub const fn of_user(user: UserId, scopes: Scopes) -> Self {
        Self {
            subject: Subject::User(user),
            actor: None,
            organizations: Organizations::All,
            scopes,
            claims: NamedClaims::none(),
            audience: None,
            limits: Vec::new(),
            expires_at: None,
        }
    }

    /// The whole permit of an organization, within `scopes`.
    pub fn of_organization(organization: OrganizationId, scopes: Scopes) -> Self {
        Self {
            subject: Subject::Organization(organization),
            actor: None,
            organizations: Organizations::Only(BTreeSet::from([organization])),
            scopes,
            claims: NamedClaims::none(),
            audience: None,
            limits: Vec::new(),
            expires_at: None,
        }
    }

    /// The whole permit of a customer of an organization, within `scopes`.
    pub fn of_customer(customer: CustomerId, organization: OrganizationId, scopes: Scopes) -> Self {
        Self { subject: Subject::Customer(customer), ..Self::of_organization(organization, scopes) }
    }

    /// A permit with no more than this one.
    ///
    /// # Errors
    /// `invalid_scope` for a scope it does not hold (RFC 6749 section 6), `invalid_target` for a resource it is not meant
    /// for (RFC 8707 section 2), `access_denied` for a subject or organization it does not reach. A later end is not an
    /// error: the earlier one stays.
    pub fn narrow(&self, request: Narrowing) -> Result<Self, Refusal> {
        let mut narrowed = self.clone();
        if let Some(subject) = request.subject {
            narrowed = narrowed.narrow_subject(subject)?;
        }
        if let Some(scopes) = request.scopes {
            let beyond = scopes.difference(&self.scopes);
            if let Some(name) = beyond.first_shortened() {
                return Err(Refusal::invalid_scope(format!("the scope “{name}” is more than was granted")));
            }
            narrowed.scopes = scopes;
        }
        if let Some(organizations) = request.organizations {
            if !organizations.is_within(&narrowed.organizations) {
                return Err(Refusal::access_denied("an organization was asked for that was not granted"));
            }
            narrowed.organizations = organizations;
        }
        if let Some(audience) = request.audience {
            if self.audience.as_ref().is_some_and(|granted| !audience.is_subset(granted)) {
                return Err(Refusal::invalid_target("an API was asked for that was not granted"));
            }
            narrowed.audience = Some(audience);
        }
        if let Some(limits) = request.limits {
            narrowed.limits = both(&self.limits, &[limits]);
        }
        narrowed.expires_at = earlier(self.expires_at, request.expires_at);
        Ok(narrowed)
    }

    /// The same permit for the requests that `asked` lets pass, and no others (RFC 9396 section 6.1).
    ///
    /// # Errors
    /// `invalid_authorization_details` for a line that is none of those that were granted: whether one expression lets
    /// less pass than another nobody can say.
    pub fn narrow_limits(self, asked: LimitSet) -> Result<Self, Refusal> {
        let beyond = |held: &LimitSet| asked.lines().iter().find(|line| !held.lines().contains(line));
        if let Some(line) = self.limits.iter().find_map(beyond) {
            let line: String = line.to_string().chars().take(100).collect();
            return Err(Refusal::invalid_authorization_details(format!(
                "the limit “{line}” is none of those that were granted; ask for some of their lines, or authorize again"
            )));
        }
        Ok(Self { limits: vec![asked], ..self })
    }

    /// What is left of this permit under what its subject holds right now.
    ///
    /// # Errors
    /// `access_denied` if `live` is of another subject.
    pub fn intersect(&self, live: &Self) -> Result<Self, Refusal> {
        if self.subject != live.subject {
            return Err(Refusal::access_denied("the credential belongs to another subject"));
        }
        Ok(Self {
            subject: self.subject,
            actor: self.actor.or(live.actor),
            organizations: self.organizations.intersection(&live.organizations),
            scopes: self.scopes.intersection(&live.scopes),
            claims: self.claims.within(&live.scopes),
            audience: match (&self.audience, &live.audience) {
                (Some(a), Some(b)) => Some(a.intersection(b).cloned().collect()),
                (a, b) => a.clone().or_else(|| b.clone()),
            },
            limits: both(&self.limits, &live.limits),
            expires_at: earlier(self.expires_at, live.expires_at),
        })
    }

    /// Its limits as clients are told of them (RFC 9396 sections 7 and 9.2): a request has to pass each.
    pub fn authorization_details(&self) -> Vec<RequestLimit> {
        self.limits.iter().cloned().map(RequestLimit::new).collect()
    }

    /// Whether it can be used for nothing that `other` can't, as far as limits go.
    pub fn limits_are_within(&self, other: &Self) -> bool {
        other.limits.iter().all(|outer| self.limits.iter().any(|inner| inner.is_within(outer)))
    }

    fn narrow_subject(mut self, subject: Subject) -> Result<Self, Refusal> {
        match (self.subject, subject) {
            (same, asked) if same == asked => {}
            (Subject::User(_), Subject::Organization(id)) if self.organizations.contains(id) => {
                self.organizations = Organizations::Only(BTreeSet::from([id]));
                self.claims = NamedClaims::none();
                self.subject = subject;
            }
            _ => return Err(Refusal::access_denied("the permit does not reach that subject")),
        }
        Ok(self)
    }
}

/// The sets of both, each once.
fn both(a: &[LimitSet], b: &[LimitSet]) -> Vec<LimitSet> {
    let more = b.iter().filter(|set| !a.contains(set));
    a.iter().chain(more).cloned().collect()
}

fn earlier(a: Option<Timestamp>, b: Option<Timestamp>) -> Option<Timestamp> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests;
