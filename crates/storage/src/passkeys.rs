//! Passkeys (W3C Web Authentication): the public half of what people keep in their devices.

use postern_domain::{PasskeyId, Timestamp, UserId};
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue, QueryOrder, QuerySelect};

use crate::{Db, StorageError, Tx};

mod table {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "passkeys")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub user_id: Uuid,
        pub credential_id: Vec<u8>,
        pub name: String,
        pub credential: String,
        pub counter: i64,
        pub created_at: i64,
        pub last_used_at: Option<i64>,
        pub locked_at: Option<i64>,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use table::{ActiveModel, Column, Entity, Model};

/// A passkey of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passkey {
    /// Its handle.
    pub id: PasskeyId,
    /// Whose it is.
    pub user_id: UserId,
    /// By what its device names it (Web Authentication section 4, *credential id*).
    pub credential_id: Vec<u8>,
    /// What its owner calls it.
    pub name: String,
    /// Its public key and what else it is checked by, as JSON.
    pub credential: String,
    /// How often it has signed, by its own count; devices that do not count say 0 (Web Authentication section 6.1.1).
    pub counter: i64,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
    /// Since when nobody gets in by it any more: there may be a copy of it.
    pub locked_at: Option<Timestamp>,
}

impl From<Model> for Passkey {
    fn from(row: Model) -> Self {
        Self {
            id: PasskeyId(row.id),
            user_id: UserId(row.user_id),
            credential_id: row.credential_id,
            name: row.name,
            credential: row.credential,
            counter: row.counter,
            created_at: Timestamp(row.created_at),
            last_used_at: row.last_used_at.map(Timestamp),
            locked_at: row.locked_at.map(Timestamp),
        }
    }
}

/// The passkey that a device names so.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn find_by_credential(db: &Db, credential_id: &[u8]) -> Result<Option<Passkey>, StorageError> {
    let query = Entity::find().filter(Column::CredentialId.eq(credential_id));
    Ok(query.one(db.read()).await?.map(Passkey::from))
}

/// A passkey of an account.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn find(db: &Db, user: UserId, id: PasskeyId) -> Result<Option<Passkey>, StorageError> {
    let query = Entity::find_by_id(id.0).filter(Column::UserId.eq(user.0));
    Ok(query.one(db.read()).await?.map(Passkey::from))
}

/// All passkeys of an account, the oldest first.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn list(db: &Db, user: UserId) -> Result<Vec<Passkey>, StorageError> {
    let query = Entity::find().filter(Column::UserId.eq(user.0)).order_by_asc(Column::Id);
    Ok(query.all(db.read()).await?.into_iter().map(Passkey::from).collect())
}

/// How many an account has, locked ones included, as the change in progress sees it.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn count(tx: &Tx, user: UserId) -> Result<u64, StorageError> {
    let query = Entity::find().filter(Column::UserId.eq(user.0)).select_only().column(Column::Id);
    let found: Vec<Uuid> = query.into_tuple().all(tx.connection()).await?;
    Ok(found.len() as u64)
}

/// Whether an account has one that is not locked, as the change in progress sees it.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn opens(tx: &Tx, user: UserId) -> Result<bool, StorageError> {
    let usable = Entity::find().filter(Column::UserId.eq(user.0)).filter(Column::LockedAt.is_null());
    let found: Option<Uuid> =
        usable.select_only().column(Column::Id).into_tuple().one(tx.connection()).await?;
    Ok(found.is_some())
}

/// Keeps a passkey.
///
/// # Errors
/// [`StorageError::Taken`] if it is one already, of this account or another.
pub async fn insert(tx: &Tx, passkey: &Passkey) -> Result<(), StorageError> {
    let row = ActiveModel {
        id: ActiveValue::Set(passkey.id.0),
        user_id: ActiveValue::Set(passkey.user_id.0),
        credential_id: ActiveValue::Set(passkey.credential_id.clone()),
        name: ActiveValue::Set(passkey.name.clone()),
        credential: ActiveValue::Set(passkey.credential.clone()),
        counter: ActiveValue::Set(passkey.counter),
        created_at: ActiveValue::Set(passkey.created_at.0),
        last_used_at: ActiveValue::Set(passkey.last_used_at.map(|at| at.0)),
        locked_at: ActiveValue::Set(passkey.locked_at.map(|at| at.0)),
    };
    Entity::insert(row).exec_without_returning(tx.connection()).await?;
    tx.invalidate(passkey.user_id.0);
    Ok(())
}

/// Notes a use: `passkey` as it is from now on. A conditional UPDATE whose row count decides: of any number that come with
/// the same count, or an earlier one, one gets `true`, unless the device does not count. A locked one is not used.
///
/// # Errors
/// [`StorageError`] if the database fails; the passkey is then as it was.
pub async fn use_up_to(tx: &Tx, passkey: &Passkey) -> Result<bool, StorageError> {
    let is_next = match passkey.counter {
        0 => Column::Counter.eq(0),
        counter => Column::Counter.lt(counter),
    };
    let updated = Entity::update_many()
        .col_expr(Column::Counter, Expr::value(passkey.counter))
        .col_expr(Column::Credential, Expr::value(passkey.credential.clone()))
        .col_expr(Column::LastUsedAt, Expr::value(passkey.last_used_at.map(|at| at.0)))
        .filter(Column::Id.eq(passkey.id.0))
        .filter(is_next)
        .filter(Column::LockedAt.is_null())
        .exec(tx.connection())
        .await?;
    Ok(updated.rows_affected == 1)
}

/// Lets nobody in by a passkey from now on; answers whether it was not locked before.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn lock(tx: &Tx, id: PasskeyId, now: Timestamp) -> Result<bool, StorageError> {
    let updated = Entity::update_many()
        .col_expr(Column::LockedAt, Expr::value(now.0))
        .filter(Column::Id.eq(id.0))
        .filter(Column::LockedAt.is_null())
        .exec(tx.connection())
        .await?;
    Ok(updated.rows_affected == 1)
}

/// Gives a passkey of an account another name; answers whether there is one.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn rename(tx: &Tx, user: UserId, id: PasskeyId, name: &str) -> Result<bool, StorageError> {
    let updated = Entity::update_many()
        .col_expr(Column::Name, Expr::value(name))
        .filter(Column::Id.eq(id.0))
        .filter(Column::UserId.eq(user.0))
        .exec(tx.connection())
        .await?;
    Ok(updated.rows_affected == 1)
}

/// Removes a passkey of an account; answers whether there was one.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn remove(tx: &Tx, user: UserId, id: PasskeyId) -> Result<bool, StorageError> {
    let removed = Entity::delete_many().filter(Column::Id.eq(id.0)).filter(Column::UserId.eq(user.0));
    tx.invalidate(user.0);
    Ok(removed.exec(tx.connection()).await?.rows_affected == 1)
}

/// Removes all passkeys of an account; answers how many there were.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn remove_all(tx: &Tx, user: UserId) -> Result<u64, StorageError> {
    let removed = Entity::delete_many().filter(Column::UserId.eq(user.0));
    tx.invalidate(user.0);
    Ok(removed.exec(tx.connection()).await?.rows_affected)
}

#[cfg(test)]
mod tests;
