//! The customers of organizations.

mod rows;
mod search;

use postern_domain::{Customer, CustomerId, OrganizationId};
use sea_orm::entity::prelude::*;
use sea_orm::{IntoActiveModel, QuerySelect};

use crate::count::count_up_to;
use crate::tokens::row as tokens;
use crate::{Db, StorageError, Tx};

pub use search::{Place, list};

use rows::{Column, Entity, model, of};

/// Which of the values that must be unique in an organization another customer of it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// The e-mail address.
    Email,
    /// The external id.
    ExternalId,
}

impl Taken {
    /// What an error of [`insert`] or [`update`] says is taken, if that is what it says.
    pub fn of(error: &StorageError) -> Option<Self> {
        let StorageError::Taken(what) = error else { return None };
        match () {
            () if what.contains("email_key") => Some(Self::Email),
            () if what.contains("external_id") => Some(Self::ExternalId),
            () => None,
        }
    }
}

/// The customer with this id.
///
/// # Errors
/// [`StorageError`] if the database fails or the row cannot be read.
pub async fn find(db: &Db, id: CustomerId) -> Result<Option<Customer>, StorageError> {
    Entity::find_by_id(id.0).one(db.read()).await?.map(Customer::try_from).transpose()
}

/// The customer that an organization knows by this id of its own.
///
/// # Errors
/// [`StorageError`] if the database fails or the row cannot be read.
pub async fn find_by_external_id(
    db: &Db,
    organization: OrganizationId,
    external_id: &str,
) -> Result<Option<Customer>, StorageError> {
    let query = of(organization).filter(Column::ExternalId.eq(external_id));
    query.one(db.read()).await?.map(Customer::try_from).transpose()
}

/// Whether a customer is there, as the change in progress sees it; on PostgreSQL nobody deletes them meanwhile.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn is_there(tx: &Tx, id: CustomerId) -> Result<bool, StorageError> {
    let query = Entity::find_by_id(id.0).select_only().column(Column::Id).lock_shared();
    let found: Option<Uuid> = query.into_tuple().one(tx.connection()).await?;
    Ok(found.is_some())
}

/// How many customers an organization has, counted no further than `most`.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn count(db: &Db, organization: OrganizationId, most: u64) -> Result<u64, StorageError> {
    count_up_to(db, of(organization), most).await
}

/// Adds a customer.
///
/// # Errors
/// [`StorageError::Taken`], which [`Taken::of`] reads, if its address or external id is another customer's.
pub async fn insert(tx: &Tx, customer: &Customer) -> Result<(), StorageError> {
    Entity::insert(model(customer)?.into_active_model()).exec_without_returning(tx.connection()).await?;
    tx.invalidate(customer.id.0);
    Ok(())
}

/// Writes down what is known of a customer. Answers `false` if it is gone, or was changed since `seen`.
///
/// # Errors
/// [`StorageError::Taken`], which [`Taken::of`] reads, if its address or external id is another customer's.
pub async fn update(tx: &Tx, customer: &Customer, seen: &Customer) -> Result<bool, StorageError> {
    let (row, before) = (model(customer)?, model(seen)?);
    let updated = Entity::update_many()
        .col_expr(Column::ExternalId, Expr::value(row.external_id))
        .col_expr(Column::Email, Expr::value(row.email))
        .col_expr(Column::EmailKey, Expr::value(row.email_key))
        .col_expr(Column::Name, Expr::value(row.name))
        .col_expr(Column::NameKey, Expr::value(row.name_key))
        .col_expr(Column::Metadata, Expr::value(row.metadata))
        .col_expr(Column::UpdatedAt, Expr::value(row.updated_at))
        .filter(Column::Id.eq(row.id))
        .filter(Column::Email.eq(before.email))
        .filter(Column::Metadata.eq(before.metadata))
        .filter(is(Column::ExternalId, before.external_id))
        .filter(is(Column::Name, before.name))
        .exec(tx.connection())
        .await?;
    tx.invalidate(customer.id.0);
    Ok(updated.rows_affected == 1)
}

/// Deletes a customer with its sessions. Answers `false` if it is gone already.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn delete(tx: &Tx, id: CustomerId) -> Result<bool, StorageError> {
    let deleted = Entity::delete_by_id(id.0).exec(tx.connection()).await?;
    tokens::Entity::delete_many().filter(tokens::Column::CustomerId.eq(id.0)).exec(tx.connection()).await?;
    tx.invalidate(id.0);
    Ok(deleted.rows_affected == 1)
}

fn is(column: Column, value: Option<String>) -> sea_orm::sea_query::SimpleExpr {
    match value {
        Some(value) => column.eq(value),
        None => column.is_null(),
    }
}

#[cfg(test)]
mod tests;
