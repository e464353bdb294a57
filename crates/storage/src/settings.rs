//! Facts about the instance that its database remembers, by name.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};

use crate::{Db, StorageError, Tx};

mod row {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "settings")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub name: String,
        #[sea_orm(column_type = "Text")]
        pub value: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use row::{Column, Entity, Model};

/// What is remembered under `name`.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn find(db: &Db, name: &str) -> Result<Option<String>, StorageError> {
    Ok(Entity::find_by_id(name.to_owned()).one(db.read()).await?.map(|row| row.value))
}

/// The same, as the change in progress sees it.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn find_now(tx: &Tx, name: &str) -> Result<Option<String>, StorageError> {
    Ok(Entity::find_by_id(name.to_owned()).one(tx.connection()).await?.map(|row| row.value))
}

/// What is remembered under names that begin with `prefix`, by name.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn list(db: &Db, prefix: &str) -> Result<Vec<(String, String)>, StorageError> {
    let rows = Entity::find().filter(Column::Name.starts_with(prefix)).order_by_asc(Column::Name);
    Ok(rows.all(db.read()).await?.into_iter().map(|row| (row.name, row.value)).collect())
}

/// Remembers `value` under `name`, whatever was there.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn set(tx: &Tx, name: &str, value: &str) -> Result<(), StorageError> {
    let row = Model { name: name.to_owned(), value: value.to_owned() };
    let replace = OnConflict::column(Column::Name).update_column(Column::Value).to_owned();
    Entity::insert(row.into_active_model())
        .on_conflict(replace)
        .exec_without_returning(tx.connection())
        .await?;
    Ok(())
}

/// Forgets what is remembered under `name`.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn forget(tx: &Tx, name: &str) -> Result<(), StorageError> {
    Entity::delete_by_id(name.to_owned()).exec(tx.connection()).await?;
    Ok(())
}

/// Forgets what is remembered under names that begin with `prefix`.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn forget_all(tx: &Tx, prefix: &str) -> Result<(), StorageError> {
    Entity::delete_many().filter(Column::Name.starts_with(prefix)).exec(tx.connection()).await?;
    Ok(())
}

/// Forgets what is remembered under `name` if that is still `value`. Answers whether it was.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn forget_if(tx: &Tx, name: &str, value: &str) -> Result<bool, StorageError> {
    let same = Entity::delete_by_id(name.to_owned()).filter(Column::Value.eq(value));
    Ok(same.exec(tx.connection()).await?.rows_affected == 1)
}

/// Remembers `value` under `name` if nothing is yet. Of any number that try, on any number of nodes, exactly one gets
/// `true`.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn claim(tx: &Tx, name: &str, value: &str) -> Result<bool, StorageError> {
    let row = Model { name: name.to_owned(), value: value.to_owned() };
    let inserted = Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::column(Column::Name).do_nothing().to_owned())
        .exec_without_returning(tx.connection())
        .await?;
    Ok(inserted == 1)
}

#[cfg(test)]
mod tests;
