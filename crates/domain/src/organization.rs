use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{ClientId, Email, InvitationId, Lifetime, OrganizationId, PersonName, Timestamp, UserId};

/// The name of an organization in addresses: `/organizations/<slug>/…`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Slug(String);

/// A text is no slug. The text goes beside the form field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("use 2 to 40 small letters, digits or single hyphens, beginning and ending with a letter or digit")]
pub struct SlugError;

impl Slug {
    /// What stands in the same place of an address, so that no organization can be called it.
    const RESERVED: [&'static str; 2] = ["new", "join"];

    /// Reads a slug; surrounding space is dropped.
    ///
    /// # Errors
    /// [`SlugError`] if it is none.
    pub fn parse(text: &str) -> Result<Self, SlugError> {
        let text = text.trim();
        let valid = (2..=40).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !text.starts_with('-')
            && !text.ends_with('-')
            && !text.contains("--")
            && !Self::RESERVED.contains(&text);
        if valid { Ok(Self(text.to_owned())) } else { Err(SlugError) }
    }

    /// What may serve as the slug of an organization of this name; `None` if nothing of the name can.
    pub fn suggested(name: &str) -> Option<Self> {
        let mut slug = String::new();
        for c in name.chars().flat_map(char::to_lowercase) {
            if c.is_ascii_alphanumeric() {
                slug.push(c);
            } else if !slug.is_empty() && !slug.ends_with('-') {
                slug.push('-');
            }
        }
        slug.truncate(40);
        Self::parse(slug.trim_end_matches('-')).ok()
    }

    /// The slug.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a person is in an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Sees it and its members.
    Member,
    /// Runs it from day to day.
    Admin,
    /// May do everything. There is always at least one.
    Owner,
}

/// What somebody may do in an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Capability {
    /// See it and its members.
    See,
    /// Invite, change and remove members who are not owners.
    ManageMembers,
    /// Name and remove owners.
    ManageOwners,
    /// Register and manage its OAuth clients.
    ManageClients,
    /// Make and manage its access tokens.
    ManageTokens,
    /// Keep its customers.
    ManageCustomers,
    /// Let an app speak for it, by consent.
    Consent,
    /// Read what was written down of its matters.
    ReadAudit,
    /// Rename it, set its policy.
    SetPolicy,
    /// Delete it.
    Delete,
}

impl Role {
    /// Every role, the widest first.
    pub const ALL: [Self; 3] = [Self::Owner, Self::Admin, Self::Member];

    /// Whether somebody of this role may do this.
    pub const fn may(self, capability: Capability) -> bool {
        use Capability::{
            Consent, Delete, ManageClients, ManageCustomers, ManageMembers, ManageOwners, ManageTokens,
            ReadAudit, See, SetPolicy,
        };
        match capability {
            See => true,
            ManageMembers | ManageClients | ManageTokens | ManageCustomers | Consent | ReadAudit => {
                matches!(self, Self::Owner | Self::Admin)
            }
            ManageOwners | SetPolicy | Delete => matches!(self, Self::Owner),
        }
    }

    /// The role as forms, the API and the command line write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Member => "member",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = String;

    /// The error is a sentence for whoever wrote the role.
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or_else(|| "a role is owner, admin or member".to_owned())
    }
}

/// How much an organization's tokens may ask of the API.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// 60 requests a minute.
    Restricted,
    /// 500 requests a minute.
    #[default]
    Default,
    /// 100 requests a second.
    Elevated,
}

impl Tier {
    /// Every tier, the narrowest first.
    pub const ALL: [Self; 3] = [Self::Restricted, Self::Default, Self::Elevated];

    /// The tier as forms and the API write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Restricted => "restricted",
            Self::Default => "default",
            Self::Elevated => "elevated",
        }
    }
}

impl FromStr for Tier {
    type Err = String;

    /// The error is a sentence for whoever wrote the tier.
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|tier| tier.as_str() == text)
            .ok_or_else(|| "a tier is restricted, default or elevated".to_owned())
    }
}

/// What an organization demands of tokens, apps and members.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganizationPolicy {
    /// Longest life of a token that speaks for it; `None` leaves it to the instance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_token_lifetime: Option<Lifetime>,
    /// Whether an owner or admin must approve an app before it can be given access to the organization.
    #[serde(default)]
    pub apps_need_approval: bool,
    /// Whether a member needs a second factor to act in it.
    #[serde(default)]
    pub members_need_second_factor: bool,
}

/// People who work together, and what they have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    /// Its id, the `sub` of its tokens.
    pub id: OrganizationId,
    /// Its name in addresses.
    pub slug: Slug,
    /// What it is called.
    pub name: PersonName,
    /// What it demands.
    pub policy: OrganizationPolicy,
    /// How much its tokens may ask of the API.
    pub tier: Tier,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its name, slug, policy or tier last changed.
    pub updated_at: Timestamp,
}

/// That a person belongs to an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The organization.
    pub organization_id: OrganizationId,
    /// The person.
    pub user_id: UserId,
    /// What the person is there.
    pub role: Role,
    /// Since when.
    pub created_at: Timestamp,
}

/// That somebody is asked to belong to an organization. Whoever has its link can accept it once, if the address is theirs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// Its id.
    pub id: InvitationId,
    /// The organization.
    pub organization_id: OrganizationId,
    /// The address of whom it is for.
    pub email: Email,
    /// What they become there.
    pub role: Role,
    /// Who invited them.
    pub invited_by: Option<UserId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// What an organization whose policy asks for approval has decided about an app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AppApproval {
    /// The organization.
    pub organization_id: OrganizationId,
    /// The app.
    pub client_id: ClientId,
    /// Who approved it; `None` while it waits to be.
    pub approved_by: Option<UserId>,
    /// When it was approved or, while it waits, first asked for access.
    pub created_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs() {
        for text in ["acme", "a1", "acme-labs", " acme "] {
            assert!(Slug::parse(text).is_ok(), "{text}");
        }
        let long = "a".repeat(41);
        for text in ["", "a", "-acme", "acme-", "a--b", "Acme", "a_b", "ac me", "new", "join", "äcme", &long]
        {
            assert!(Slug::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_slug_is_suggested_where_the_name_has_one() {
        let suggested = |name| Slug::suggested(name).map(|slug| slug.to_string());
        assert_eq!(suggested("Acme Labs, Inc."), Some("acme-labs-inc".to_owned()));
        assert_eq!(suggested("株式会社"), None);
        assert_eq!(
            suggested(&"long ".repeat(30)),
            Some("long-long-long-long-long-long-long-long".to_owned())
        );
    }

    #[test]
    fn a_wider_role_may_all_that_a_narrower_one_may() {
        use Capability::*;
        let all = [
            See,
            ManageMembers,
            ManageOwners,
            ManageClients,
            ManageTokens,
            ManageCustomers,
            Consent,
            SetPolicy,
            Delete,
        ];
        for capability in all {
            assert!(Role::Owner.may(capability));
            assert!(Role::Admin.may(capability) || !Role::Member.may(capability));
        }
        assert!(!Role::Admin.may(Delete) && !Role::Admin.may(ManageOwners) && !Role::Member.may(Consent));
    }
}
