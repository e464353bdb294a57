use std::collections::BTreeMap;

use crate::{CustomerId, Email, OrganizationId, PersonName, Timestamp};

/// Somebody an organization does business with. Customers do not sign in: their organization makes sessions for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    /// Its id, the `sub` of its sessions.
    pub id: CustomerId,
    /// Whose customer it is.
    pub organization_id: OrganizationId,
    /// What the organization calls it in its own books; unique in the organization.
    pub external_id: Option<String>,
    /// Where it is reached; unique in the organization.
    pub email: Email,
    /// What it is called.
    pub name: Option<PersonName>,
    /// What else the organization keeps with it.
    pub metadata: BTreeMap<String, String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}
