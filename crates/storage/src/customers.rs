//! The customers of organizations.

use postern_domain::{Customer, CustomerId, Email, OrganizationId, PersonName, Timestamp};
use sea_orm::entity::prelude::*;

use crate::mapping::{corrupt, from_json};
use crate::{Db, StorageError};

const TABLE: &str = "customers";

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "customers")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    id: Uuid,
    organization_id: Uuid,
    external_id: Option<String>,
    email: String,
    email_key: String,
    name: Option<String>,
    metadata: String,
    created_at: i64,
    updated_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The customer with this id.
///
/// # Errors
/// [`StorageError`] if the database fails or the row cannot be read.
pub async fn find(db: &Db, id: CustomerId) -> Result<Option<Customer>, StorageError> {
    Entity::find_by_id(id.0).one(db.read()).await?.map(Customer::try_from).transpose()
}

impl TryFrom<Model> for Customer {
    type Error = StorageError;

    fn try_from(row: Model) -> Result<Self, StorageError> {
        let name = row.name.as_deref().map(PersonName::parse).transpose();
        Ok(Self {
            id: CustomerId(row.id),
            organization_id: OrganizationId(row.organization_id),
            external_id: row.external_id,
            email: Email::parse(&row.email).map_err(|error| corrupt(TABLE, error))?,
            name: name.map_err(|error| corrupt(TABLE, error))?,
            metadata: from_json(TABLE, &row.metadata)?,
            created_at: Timestamp(row.created_at),
            updated_at: Timestamp(row.updated_at),
        })
    }
}
