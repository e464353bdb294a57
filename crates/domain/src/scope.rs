use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{InstanceRight, SubjectType};

/// A set of scope names (RFC 6749 section 3.3). Order and repetition do not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Scopes(BTreeSet<String>);

/// A text is not a list of scopes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "“{0}” is not a scope: scopes are printable ASCII without quotes and backslashes, separated by one space"
)]
pub struct ScopeError(String);

impl Scopes {
    /// The empty set.
    pub const fn none() -> Self {
        Self(BTreeSet::new())
    }

    /// Whether the set holds `name`.
    pub fn contains(&self, name: &str) -> bool {
        self.0.contains(name)
    }

    /// Whether the set allows what `name` stands for: it holds it or, since writing implies reading, `x:write` for `x:read`.
    pub fn allow(&self, name: &str) -> bool {
        self.contains(name)
            || name.strip_suffix(":read").is_some_and(|area| self.contains(&format!("{area}:write")))
    }

    /// Whether every scope of this set is in `other`.
    pub fn is_subset(&self, other: &Self) -> bool {
        self.0.is_subset(&other.0)
    }

    /// What both sets hold.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        Self(self.0.intersection(&other.0).cloned().collect())
    }

    /// What either set holds.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self(self.0.union(&other.0).cloned().collect())
    }

    /// What this set holds and `other` does not.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        Self(self.0.difference(&other.0).cloned().collect())
    }

    /// The first name, cut to what fits into a message; whoever asked may have sent anything.
    pub fn first_shortened(&self) -> Option<String> {
        self.iter().next().map(|name| name.chars().take(80).collect())
    }

    /// The names in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether there is no scope at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many scopes there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl FromIterator<String> for Scopes {
    fn from_iter<I: IntoIterator<Item = String>>(names: I) -> Self {
        Self(names.into_iter().collect())
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, name) in self.iter().enumerate() {
            if i > 0 {
                f.write_str(" ")?;
            }
            f.write_str(name)?;
        }
        Ok(())
    }
}

impl FromStr for Scopes {
    type Err = ScopeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() {
            return Ok(Self::none());
        }
        text.split(' ')
            .map(|name| {
                let printable = |b: u8| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
                if !name.is_empty() && name.bytes().all(printable) {
                    Ok(name.to_owned())
                } else {
                    Err(ScopeError(name.chars().take(80).collect()))
                }
            })
            .collect()
    }
}

impl Serialize for Scopes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Scopes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        std::borrow::Cow::<'de, str>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// One row of the scope catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScopeSpec {
    /// The scope as it is requested.
    #[serde(default)]
    pub name: String,
    /// What it allows, in a few words a person understands.
    pub label: String,
    /// The same in a sentence.
    #[serde(default)]
    pub description: String,
    /// The heading it stands under.
    #[serde(default)]
    pub group: String,
    /// The kinds of subject a token with it may have.
    #[serde(default = "ScopeSpec::all_subjects")]
    pub subjects: Vec<SubjectType>,
    /// Left out of discovery and of forms.
    #[serde(default)]
    pub hidden: bool,
    /// Held only by people with this right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub right: Option<InstanceRight>,
}

impl ScopeSpec {
    fn all_subjects() -> Vec<SubjectType> {
        vec![SubjectType::User, SubjectType::Organization]
    }
}

/// Every scope this instance knows: the built-in rows and those an API owner adds in the configuration.
#[derive(Clone, Debug)]
pub struct Catalogue(Vec<ScopeSpec>);

impl Catalogue {
    /// The built-in rows followed by `added`; an added row replaces the built-in one of the same name.
    pub fn with(added: impl IntoIterator<Item = ScopeSpec>) -> Self {
        let mut rows = built_in();
        for row in added {
            match rows.iter_mut().find(|known| known.name == row.name) {
                Some(known) => *known = row,
                None => rows.push(row),
            }
        }
        Self(rows)
    }

    /// The row of a scope.
    pub fn find(&self, name: &str) -> Option<&ScopeSpec> {
        self.0.iter().find(|row| row.name == name)
    }

    /// All rows, in the order people see them.
    pub fn rows(&self) -> &[ScopeSpec] {
        &self.0
    }

    /// The rows that OAuth clients can be registered with: those that are shown, and are for people or organizations.
    pub fn offered(&self) -> impl Iterator<Item = &ScopeSpec> {
        let for_clients = |row: &&ScopeSpec| {
            row.subjects.iter().any(|kind| matches!(kind, SubjectType::User | SubjectType::Organization))
        };
        self.0.iter().filter(|row| !row.hidden).filter(for_clients)
    }

    /// Every scope that a subject of this kind can hold, of a person one with these rights.
    pub fn within_reach(&self, subject: SubjectType, rights: &BTreeSet<InstanceRight>) -> Scopes {
        let in_reach = |row: &&ScopeSpec| {
            row.subjects.contains(&subject) && row.right.is_none_or(|right| rights.contains(&right))
        };
        self.0.iter().filter(in_reach).map(|row| row.name.clone()).collect()
    }

    /// Whether any of `scopes` opens something of an organization, and does not only say who somebody is.
    pub fn reaches_organizations(&self, scopes: &Scopes) -> bool {
        const IDENTITY: [&str; 4] = ["openid", "profile", "email", "offline_access"];
        let of_organizations = |row: &ScopeSpec| {
            row.subjects.contains(&SubjectType::Organization) && !IDENTITY.contains(&row.name.as_str())
        };
        scopes.iter().filter_map(|name| self.find(name)).any(of_organizations)
    }

    /// `scopes` with what they imply: `x:write` brings `x:read` along, where there is such a scope.
    #[must_use]
    pub fn with_implied(&self, scopes: &Scopes) -> Scopes {
        let read = |name: &str| name.strip_suffix(":write").map(|area| format!("{area}:read"));
        let implied = scopes.iter().filter_map(read).filter(|name| self.find(name).is_some()).collect();
        scopes.union(&implied)
    }

    /// The names in `scopes` that the catalogue does not have.
    pub fn unknown(&self, scopes: &Scopes) -> Scopes {
        scopes.iter().filter(|name| self.find(name).is_none()).map(str::to_owned).collect()
    }
}

fn row(
    name: &str,
    group: &str,
    label: &str,
    description: &str,
    subjects: &[SubjectType],
    right: Option<InstanceRight>,
) -> ScopeSpec {
    ScopeSpec {
        name: name.to_owned(),
        label: label.to_owned(),
        description: description.to_owned(),
        group: group.to_owned(),
        subjects: subjects.to_vec(),
        hidden: false,
        right,
    }
}

fn built_in() -> Vec<ScopeSpec> {
    use SubjectType::{Customer, Organization, User};
    const IDENTITY: &str = "Your identity";
    const ACCOUNT: &str = "Your account";
    const ORGANIZATIONS: &str = "Organizations";
    const CUSTOMERS: &str = "Customers";
    const DEVELOPMENT: &str = "Tokens and apps";
    const INSTANCE: &str = "This whole server";
    let both: &[SubjectType] = &[User, Organization];
    let of = |group: &'static str, subjects: &'static [SubjectType]| {
        move |name, label, description| row(name, group, label, description, subjects, None)
    };
    let right =
        |right, name, label, description| row(name, INSTANCE, label, description, &[User], Some(right));
    let (identity, account) = (of(IDENTITY, &[User, Organization]), of(ACCOUNT, &[User]));
    let portal = of("Your customer account", &[Customer]);
    let shared = |group| move |name, label, description| row(name, group, label, description, both, None);
    let (organizations, customers, development) =
        (shared(ORGANIZATIONS), shared(CUSTOMERS), shared(DEVELOPMENT));
    vec![
        identity("openid", "Know who you are", "An identifier that is yours and never changes."),
        identity("profile", "See your profile", "Your name and user name."),
        identity("email", "See your e-mail address", "The address, and whether it was verified."),
        identity(
            "offline_access",
            "Stay connected while you are away",
            "Keep access when you are not using the app, until you end it.",
        ),
        account("user:read", "Read your account", "Account details and settings."),
        account("user:write", "Change your account", "Change your name and settings."),
        organizations("organizations:read", "See organizations", "Name, policy and settings."),
        organizations(
            "organizations:write",
            "Change organizations",
            "Create, rename and delete, set policy.",
        ),
        organizations("members:read", "See members", "Who belongs to an organization, in which role."),
        organizations("members:write", "Manage members", "Invite, change roles, remove."),
        customers("customers:read", "See customers", "Their e-mail addresses, names and metadata."),
        customers("customers:write", "Manage customers", "Add, change and delete customers."),
        customers("customer_sessions:write", "Open customer sessions", "Act as one customer for an hour."),
        portal("customer_portal:read", "See your customer account", "What is kept of you as a customer."),
        portal("customer_portal:write", "Change your customer account", "Change what is kept of you."),
        development(
            "tokens:read",
            "See access tokens",
            "Their names, scopes and last use, never their values.",
        ),
        development("tokens:write", "Manage access tokens", "Create, change, renew and revoke."),
        development("clients:read", "See OAuth clients", "What is registered, and how it is used."),
        development("clients:write", "Manage OAuth clients", "Register, change and delete."),
        development("webhooks:read", "See webhooks", "Where events are sent."),
        development("webhooks:write", "Manage webhooks", "Add, change and delete where events are sent."),
        development("audit:read", "Read the audit trail", "Who called what, when and with which outcome."),
        right(
            InstanceRight::UsersManage,
            "users:manage",
            "Manage everybody's accounts and tokens",
            "See and disable accounts, see, renew and revoke any token.",
        ),
        right(
            InstanceRight::UsersImpersonate,
            "users:impersonate",
            "Act on behalf of others",
            "Send requests in the name of another person.",
        ),
        right(
            InstanceRight::InstanceAdmin,
            "instance:admin",
            "Administer this server",
            "Everything, settings and keys included.",
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn scopes() -> impl Strategy<Value = Scopes> {
        proptest::collection::btree_set("[a-d][:._a-z]{0,3}", 0..6).prop_map(Scopes)
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(set in scopes()) {
            prop_assert_eq!(set.to_string().parse::<Scopes>(), Ok(set));
        }

        #[test]
        fn an_intersection_is_in_both(a in scopes(), b in scopes()) {
            let both = a.intersection(&b);
            prop_assert!(both.is_subset(&a) && both.is_subset(&b));
        }
    }

    #[test]
    fn refuses_what_rfc_6749_does_not_allow() {
        for text in [" openid", "openid ", "a  b", "a\tb", "a\"b", "a\\b", "é", "a\u{7f}"] {
            assert!(text.parse::<Scopes>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn writing_implies_reading() {
        let scopes: Scopes = "customers:write members:read".parse().unwrap();
        assert!(scopes.allow("customers:read") && scopes.allow("members:read"));
        assert!(!scopes.allow("members:write") && !scopes.allow("customer_sessions:write"));
        let implied = Catalogue::with([]).with_implied(&scopes);
        assert_eq!(implied.to_string(), "customers:read customers:write members:read");
    }

    #[test]
    fn a_right_is_in_reach_of_those_who_have_it() {
        let catalogue = Catalogue::with([]);
        let reach = |subject, rights: &[InstanceRight]| {
            catalogue.within_reach(subject, &rights.iter().copied().collect())
        };
        assert!(!reach(SubjectType::User, &[]).contains("users:manage"));
        assert!(reach(SubjectType::User, &[InstanceRight::UsersManage]).contains("users:manage"));
        assert!(!reach(SubjectType::Organization, &InstanceRight::ALL).contains("users:manage"));
        assert_eq!(
            reach(SubjectType::Customer, &[]).to_string(),
            "customer_portal:read customer_portal:write"
        );
    }
}
