use std::borrow::Cow;

use postern_domain::{Organization, Permit, SubjectType, Timestamp, User};
use serde::Serialize;

/// What the scopes of a permit say about its subject (OIDC Core sections 5.1 and 5.4): the same in the id_token and at
/// userinfo.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Claims<'a> {
    /// Whom it is about.
    pub sub: String,
    /// `organization` where the subject is one; then only its name is said beside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub_type: Option<SubjectType>,
    /// What the person or organization is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Cow<'a, str>>,
    /// The name the person signs in with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preferred_username: Option<Cow<'a, str>>,
    /// When a claim last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// The person's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<Cow<'a, str>>,
    /// Whether somebody proved that the address is theirs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email_verified: Option<bool>,
}

/// The names of the claims there can be about a subject, for discovery.
pub(crate) const NAMES: [&str; 7] =
    ["sub", "sub_type", "name", "preferred_username", "updated_at", "email", "email_verified"];

impl<'a> Claims<'a> {
    /// What `permit` says about the person it speaks for.
    pub(crate) fn of_user(permit: &Permit, user: &'a User) -> Self {
        let mut claims = Self::nothing_but(permit);
        if permit.scopes.contains("profile") {
            claims.name = Some(Cow::Borrowed(user.name.as_str()));
            claims.preferred_username = Some(Cow::Borrowed(user.username.as_str()));
            claims.updated_at = Some(user.updated_at);
        }
        if permit.scopes.contains("email") {
            claims.email = Some(Cow::Borrowed(user.email.as_str()));
            claims.email_verified = Some(user.email_verified);
        }
        claims
    }

    /// What `permit` says about the organization it speaks for: its name, and nothing of any person.
    pub(crate) fn of_organization(permit: &Permit, organization: &'a Organization) -> Self {
        Self { name: Some(Cow::Borrowed(organization.name.as_str())), ..Self::nothing_but(permit) }
    }

    fn nothing_but(permit: &Permit) -> Self {
        Self {
            sub: permit.subject.to_string(),
            sub_type: permit.subject.subject_type().filter(|kind| *kind != SubjectType::User),
            name: None,
            preferred_username: None,
            updated_at: None,
            email: None,
            email_verified: None,
        }
    }
}
