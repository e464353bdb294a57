use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{InstanceRight, Scopes, SubjectType};

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

/// The scopes that are about who somebody is, and about no API.
const IDENTITY: [&str; 6] = ["openid", "profile", "email", "address", "phone", "offline_access"];

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

    /// Whether a scope is about who somebody is, and asked for whatever API a token is for.
    pub fn is_identity(name: &str) -> bool {
        IDENTITY.contains(&name)
    }

    /// Whether every instance has a scope of this name.
    pub fn is_built_in(name: &str) -> bool {
        built_in().iter().any(|row| row.name == name)
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
        let of_organizations = |row: &ScopeSpec| {
            row.subjects.contains(&SubjectType::Organization) && !Self::is_identity(&row.name)
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
    const BOTH: &[SubjectType] = &[User, Organization];
    let of = |group: &'static str, subjects: &'static [SubjectType]| {
        move |name, label, description| row(name, group, label, description, subjects, None)
    };
    let right =
        |right, name, label, description| row(name, INSTANCE, label, description, &[User], Some(right));
    let (identity, account) = (of(IDENTITY, BOTH), of(ACCOUNT, &[User]));
    let portal = of("Your customer account", &[Customer]);
    let (organizations, customers, development) =
        (of(ORGANIZATIONS, BOTH), of(CUSTOMERS, BOTH), of(DEVELOPMENT, BOTH));
    vec![
        identity("openid", "Know who you are", "An identifier that is yours and never changes."),
        identity(
            "profile",
            "See your profile",
            "Your name, your user name, and what else you say about yourself there: birthday, gender, language, time zone, picture and links.",
        ),
        identity("email", "See your e-mail address", "The address, and whether it was verified."),
        identity("address", "See your postal address", "Street, town and country, as far as you say them."),
        identity("phone", "See your telephone number", "The number, and whether it was verified."),
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

    #[test]
    fn what_is_implied_is_added_where_there_is_such_a_scope() {
        let scopes: Scopes = "customers:write customer_sessions:write members:read".parse().unwrap();
        let implied = Catalogue::with([]).with_implied(&scopes);
        let expected = "customer_sessions:write customers:read customers:write members:read";
        assert_eq!(implied.to_string(), expected);
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
