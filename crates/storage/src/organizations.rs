//! Organizations and who belongs to them.

mod members;
pub(crate) mod membership;
mod search;

use postern_domain::{
    Membership, Organization, OrganizationId, OrganizationPolicy, PersonName, Role, Slug, Tier, Timestamp,
    UserId,
};
use sea_orm::entity::prelude::*;
use sea_orm::{IntoActiveModel, QuerySelect};

use crate::mapping::{corrupt, from_json, to_json};
use crate::{Db, StorageError, Tx};

pub use members::{
    add_member, count_members, members, memberships_of, of_user, of_user_now, owners_now, remove_member,
    role, role_now, set_role, without_second_factor,
};
pub use search::{Place, find_by_name, list};

const TABLE: &str = "organizations";

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "organizations")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    id: Uuid,
    slug: String,
    name: String,
    policy: String,
    tier: String,
    created_at: i64,
    updated_at: i64,
    name_key: Option<Vec<u8>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The organization with this id.
///
/// # Errors
/// [`StorageError`] if the database fails or the row cannot be read.
pub async fn find(db: &Db, id: OrganizationId) -> Result<Option<Organization>, StorageError> {
    Entity::find_by_id(id.0).one(db.read()).await?.map(Organization::try_from).transpose()
}

/// The organization with this id as the change in progress sees it, held until its end.
///
/// # Errors
/// [`StorageError`] if the database fails or the row cannot be read.
pub async fn find_now(tx: &Tx, id: OrganizationId) -> Result<Option<Organization>, StorageError> {
    let query = Entity::find_by_id(id.0).lock_exclusive();
    query.one(tx.connection()).await?.map(Organization::try_from).transpose()
}

/// The organization with this slug.
///
/// # Errors
/// [`StorageError`] if the database fails or the row cannot be read.
pub async fn find_by_slug(db: &Db, slug: &Slug) -> Result<Option<Organization>, StorageError> {
    let query = Entity::find().filter(Column::Slug.eq(slug.as_str()));
    query.one(db.read()).await?.map(Organization::try_from).transpose()
}

/// Adds an organization with its first owner.
///
/// # Errors
/// [`StorageError::Taken`] if the slug is another organization's.
pub async fn insert(
    tx: &Tx,
    organization: &Organization,
    membership: Uuid,
    owner: UserId,
) -> Result<(), StorageError> {
    let row = Model {
        id: organization.id.0,
        slug: organization.slug.to_string(),
        name: organization.name.to_string(),
        policy: to_json(TABLE, &organization.policy)?,
        tier: organization.tier.as_str().to_owned(),
        created_at: organization.created_at.0,
        updated_at: organization.updated_at.0,
        name_key: Some(search::name_key(organization.name.as_str())),
    };
    Entity::insert(row.into_active_model()).exec_without_returning(tx.connection()).await?;
    let owner = Membership {
        organization_id: organization.id,
        user_id: owner,
        role: Role::Owner,
        created_at: organization.created_at,
    };
    add_member(tx, membership, &owner).await?;
    Ok(())
}

/// Writes down an organization's slug, name, policy and tier. Answers `false` if it is gone.
///
/// # Errors
/// [`StorageError::Taken`] if the slug is another organization's.
pub async fn update(tx: &Tx, organization: &Organization) -> Result<bool, StorageError> {
    let updated = Entity::update_many()
        .col_expr(Column::Slug, Expr::value(organization.slug.as_str()))
        .col_expr(Column::Name, Expr::value(organization.name.as_str()))
        .col_expr(Column::NameKey, Expr::value(search::name_key(organization.name.as_str())))
        .col_expr(Column::Policy, Expr::value(to_json(TABLE, &organization.policy)?))
        .col_expr(Column::Tier, Expr::value(organization.tier.as_str()))
        .col_expr(Column::UpdatedAt, Expr::value(organization.updated_at.0))
        .filter(Column::Id.eq(organization.id.0))
        .exec(tx.connection())
        .await?;
    tx.invalidate(organization.id.0);
    Ok(updated.rows_affected == 1)
}

/// Sets how much an organization's tokens may ask. Answers `false` if it is gone.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn set_tier(tx: &Tx, id: OrganizationId, tier: Tier, now: Timestamp) -> Result<bool, StorageError> {
    let updated = Entity::update_many()
        .col_expr(Column::Tier, Expr::value(tier.as_str()))
        .col_expr(Column::UpdatedAt, Expr::value(now.0))
        .filter(Column::Id.eq(id.0))
        .exec(tx.connection())
        .await?;
    tx.invalidate(id.0);
    Ok(updated.rows_affected == 1)
}

/// Deletes an organization with its members, invitations, customers and approvals. Its tokens and clients are deleted by
/// the caller in the same change. Answers `false` if it is gone already.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn delete(tx: &Tx, id: OrganizationId) -> Result<bool, StorageError> {
    let deleted = Entity::delete_by_id(id.0).exec(tx.connection()).await?;
    tx.invalidate(id.0);
    Ok(deleted.rows_affected == 1)
}

impl TryFrom<Model> for Organization {
    type Error = StorageError;

    fn try_from(row: Model) -> Result<Self, StorageError> {
        let policy: OrganizationPolicy = from_json(TABLE, &row.policy)?;
        let tier: Tier = row.tier.parse().map_err(|error| corrupt(TABLE, error))?;
        Ok(Self {
            id: OrganizationId(row.id),
            slug: Slug::parse(&row.slug).map_err(|error| corrupt(TABLE, error))?,
            name: PersonName::parse(&row.name).map_err(|error| corrupt(TABLE, error))?,
            policy,
            tier,
            created_at: Timestamp(row.created_at),
            updated_at: Timestamp(row.updated_at),
        })
    }
}

/// How many organizations there are; counted no further than `most`.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn count_up_to(db: &Db, most: u64) -> Result<u64, StorageError> {
    crate::count::count_up_to(db, Entity::find(), most).await
}

#[cfg(test)]
pub(crate) mod tests;
