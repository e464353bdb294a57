use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{ClientId, CustomerId, OrganizationId, Refusal, Scopes, SubjectType, Timestamp, UserId};

/// Whom a credential speaks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "type", content = "id")]
pub enum Subject {
    /// A person.
    User(UserId),
    /// An organization.
    Organization(OrganizationId),
    /// A customer of an organization.
    Customer(CustomerId),
    /// An OAuth client on its own behalf.
    Client(ClientId),
}

impl Subject {
    /// The bare id.
    pub const fn uuid(self) -> Uuid {
        match self {
            Self::User(UserId(id))
            | Self::Organization(OrganizationId(id))
            | Self::Customer(CustomerId(id))
            | Self::Client(ClientId(id)) => id,
        }
    }

    /// What `sub_type` says of it, where it has one.
    pub const fn subject_type(self) -> Option<SubjectType> {
        match self {
            Self::User(_) => Some(SubjectType::User),
            Self::Organization(_) => Some(SubjectType::Organization),
            Self::Customer(_) => Some(SubjectType::Customer),
            Self::Client(_) => None,
        }
    }
}

/// The `sub` of the protocol.
impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.uuid().fmt(f)
    }
}

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
    /// For which resources it is meant; `None` is any (RFC 8707).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<BTreeSet<String>>,
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
            audience: None,
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
            audience: None,
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
    /// `invalid_scope` for a scope it does not hold (RFC 6749 section 6), `access_denied` for a subject, organization
    /// or resource it does not reach. A later end is not an error: the earlier one stays.
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
                return Err(Refusal::access_denied("a resource was asked for that was not granted"));
            }
            narrowed.audience = Some(audience);
        }
        narrowed.expires_at = earlier(self.expires_at, request.expires_at);
        Ok(narrowed)
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
            audience: match (&self.audience, &live.audience) {
                (Some(a), Some(b)) => Some(a.intersection(b).cloned().collect()),
                (a, b) => a.clone().or_else(|| b.clone()),
            },
            expires_at: earlier(self.expires_at, live.expires_at),
        })
    }

    fn narrow_subject(mut self, subject: Subject) -> Result<Self, Refusal> {
        match (self.subject, subject) {
            (same, asked) if same == asked => {}
            (Subject::User(_), Subject::Organization(id)) if self.organizations.contains(id) => {
                self.organizations = Organizations::Only(BTreeSet::from([id]));
                self.subject = subject;
            }
            _ => return Err(Refusal::access_denied("the permit does not reach that subject")),
        }
        Ok(self)
    }
}

fn earlier(a: Option<Timestamp>, b: Option<Timestamp>) -> Option<Timestamp> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn scopes() -> impl Strategy<Value = Scopes> {
        proptest::collection::vec("[a-e]", 0..5).prop_map(|names| names.into_iter().collect())
    }

    fn organizations() -> impl Strategy<Value = Organizations> {
        let set = proptest::collection::btree_set(
            (0..4_u128).prop_map(|n| OrganizationId(Uuid::from_u128(n))),
            0..4,
        );
        prop_oneof![Just(Organizations::All), set.prop_map(Organizations::Only)]
    }

    fn audience() -> impl Strategy<Value = Option<BTreeSet<String>>> {
        proptest::option::of(proptest::collection::btree_set("[x-z]", 0..3))
    }

    fn end() -> impl Strategy<Value = Option<Timestamp>> {
        proptest::option::of((0..9_i64).prop_map(Timestamp))
    }

    fn permit() -> impl Strategy<Value = Permit> {
        (scopes(), organizations(), audience(), end()).prop_map(
            |(scopes, organizations, audience, expires_at)| Permit {
                organizations,
                audience,
                expires_at,
                ..Permit::of_user(UserId(Uuid::nil()), scopes)
            },
        )
    }

    fn narrowing() -> impl Strategy<Value = Narrowing> {
        let subject = prop_oneof![
            Just(None),
            (0..4_u128).prop_map(|n| Some(Subject::Organization(OrganizationId(Uuid::from_u128(n))))),
            Just(Some(Subject::User(UserId(Uuid::from_u128(9))))),
        ];
        let organizations = proptest::option::of(organizations());
        (subject, proptest::option::of(scopes()), organizations, audience(), end()).prop_map(
            |(subject, scopes, organizations, audience, expires_at)| Narrowing {
                subject,
                scopes,
                organizations,
                audience,
                expires_at,
            },
        )
    }

    fn is_within(inner: &Permit, outer: &Permit) -> bool {
        let subject = match (inner.subject, outer.subject) {
            (Subject::Organization(id), Subject::User(_)) => outer.organizations.contains(id),
            (a, b) => a == b,
        };
        let audience = match (&inner.audience, &outer.audience) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(a), Some(b)) => a.is_subset(b),
        };
        let end = match (inner.expires_at, outer.expires_at) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(a), Some(b)) => a <= b,
        };
        subject
            && audience
            && end
            && inner.scopes.is_subset(&outer.scopes)
            && inner.organizations.is_within(&outer.organizations)
    }

    proptest! {
        #[test]
        fn narrowing_never_widens(permit in permit(), steps in proptest::collection::vec(narrowing(), 1..4)) {
            let mut current = permit.clone();
            for step in steps {
                if let Ok(next) = current.narrow(step) {
                    prop_assert!(is_within(&next, &current), "{next:?} of {current:?}");
                    current = next;
                }
            }
            prop_assert!(is_within(&current, &permit));
        }

        #[test]
        fn an_intersection_is_within_both(a in permit(), b in permit()) {
            let both = a.intersect(&b).unwrap();
            prop_assert!(is_within(&both, &a) && is_within(&both, &b));
        }

        #[test]
        fn what_is_stored_is_read_back(permit in permit()) {
            let json = serde_json::to_string(&permit).unwrap();
            prop_assert_eq!(serde_json::from_str::<Permit>(&json).unwrap(), permit);
        }
    }

    #[test]
    fn an_organizations_permit_cannot_become_a_persons() {
        let id = OrganizationId(Uuid::from_u128(1));
        let user = Permit::of_user(UserId(Uuid::from_u128(2)), Scopes::none());
        let asked = |subject| Narrowing { subject: Some(subject), ..Narrowing::default() };
        let organization = user.narrow(asked(Subject::Organization(id))).unwrap();
        assert!(organization.narrow(asked(user.subject)).is_err());
        assert!(organization.narrow(asked(Subject::Organization(OrganizationId(Uuid::nil())))).is_err());
    }
}
