use postern_domain::{Customer, CustomerId, Email, OrganizationId, PersonName, Timestamp};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Select};

use crate::StorageError;
use crate::mapping::{corrupt, from_json, to_json};

const TABLE: &str = "customers";

pub(super) mod table {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "customers")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub organization_id: Uuid,
        pub external_id: Option<String>,
        pub email: String,
        pub email_key: Vec<u8>,
        pub name: Option<String>,
        pub name_key: Option<Vec<u8>>,
        #[sea_orm(column_type = "Text")]
        pub metadata: String,
        pub created_at: i64,
        pub updated_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use table::Model;
pub(super) use table::{Column, Entity};

/// The customers of an organization.
pub(super) fn of(organization: OrganizationId) -> Select<Entity> {
    Entity::find().filter(Column::OrganizationId.eq(organization.0))
}

/// What a name is searched by: its case-less form, as bytes.
pub(super) fn name_key(name: &str) -> Vec<u8> {
    name.to_lowercase().into_bytes()
}

pub(super) fn model(customer: &Customer) -> Result<Model, StorageError> {
    Ok(Model {
        id: customer.id.0,
        organization_id: customer.organization_id.0,
        external_id: customer.external_id.clone(),
        email: customer.email.to_string(),
        email_key: customer.email.key().into_bytes(),
        name: customer.name.as_ref().map(ToString::to_string),
        name_key: customer.name.as_ref().map(|name| name_key(name.as_str())),
        metadata: to_json(TABLE, &customer.metadata)?,
        created_at: customer.created_at.0,
        updated_at: customer.updated_at.0,
    })
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
