use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{ClientId, CustomerId, OrganizationId, SubjectType, UserId};

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
