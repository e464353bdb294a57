//! The keys that sign id_tokens: the public half plain, the private half sealed.

use postern_domain::{SigningAlgorithm, Timestamp};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::mapping::corrupt;
use crate::{Db, StorageError, Tx};

const TABLE: &str = "signing_keys";

/// What every verdict about the keys rests on: its epoch moves whenever one is made, scheduled or removed.
pub const EPOCH: Uuid = Uuid::from_u128(0x7369_676e_696e_675f_6b65_7973_0000_0001);

mod row {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "signing_keys")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub algorithm: String,
        #[sea_orm(column_type = "Text")]
        pub public_jwk: String,
        pub sealed_private_key: Vec<u8>,
        pub created_at: i64,
        pub signs_from: i64,
        pub signs_until: Option<i64>,
        pub removed_at: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use row::{Column, Entity, Model};

/// A signing key as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredKey {
    /// Its `kid`.
    pub kid: String,
    /// What it signs with.
    pub algorithm: SigningAlgorithm,
    /// The public half as a JWK (RFC 7517).
    pub public_jwk: String,
    /// The private half, PKCS#8, sealed.
    pub sealed_private_key: Vec<u8>,
    /// When it was made and thus published.
    pub created_at: Timestamp,
    /// When it begins to sign; `None` until a rotation says so.
    pub signs_from: Option<Timestamp>,
    /// When it stops signing; `None` until a rotation says so.
    pub signs_until: Option<Timestamp>,
    /// When it is no longer published; `None` until a rotation says so.
    pub removed_at: Option<Timestamp>,
}

/// Every key that is published at `now`, the oldest first.
///
/// # Errors
/// [`StorageError`] if the database fails or a row cannot be read.
pub async fn list(db: &Db, now: Timestamp) -> Result<Vec<StoredKey>, StorageError> {
    let published = Condition::any().add(Column::RemovedAt.is_null()).add(Column::RemovedAt.gt(now.0));
    let query = Entity::find().filter(published).order_by_asc(Column::CreatedAt).order_by_asc(Column::Id);
    query.all(db.read()).await?.into_iter().map(key).collect()
}

/// Adds keys.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn insert_many(tx: &Tx, keys: &[StoredKey]) -> Result<(), StorageError> {
    let rows = keys.iter().map(model).map(IntoActiveModel::into_active_model);
    Entity::insert_many(rows).exec_without_returning(tx.connection()).await?;
    tx.invalidate(EPOCH);
    Ok(())
}

/// Says from when a key signs; answers `false` if that was said before, so that two rotations at once do not meet.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn begin(tx: &Tx, kid: &str, signs_from: Timestamp) -> Result<bool, StorageError> {
    let updated = Entity::update_many()
        .col_expr(Column::SignsFrom, Expr::value(signs_from.0))
        .filter(Column::Id.eq(kid))
        .filter(Column::SignsFrom.eq(UNSCHEDULED))
        .exec(tx.connection())
        .await?;
    tx.invalidate(EPOCH);
    Ok(updated.rows_affected == 1)
}

/// Says until when a key signs and when it is published no more.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn retire(
    tx: &Tx,
    kid: &str,
    signs_until: Timestamp,
    removed_at: Timestamp,
) -> Result<(), StorageError> {
    Entity::update_many()
        .col_expr(Column::SignsUntil, Expr::value(signs_until.0))
        .col_expr(Column::RemovedAt, Expr::value(removed_at.0))
        .filter(Column::Id.eq(kid))
        .exec(tx.connection())
        .await?;
    tx.invalidate(EPOCH);
    Ok(())
}

/// Deletes keys that are no longer published; answers how many.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn delete_removed(tx: &Tx, now: Timestamp) -> Result<u64, StorageError> {
    let deleted = Entity::delete_many().filter(Column::RemovedAt.lt(now.0)).exec(tx.connection()).await?;
    if deleted.rows_affected > 0 {
        tx.invalidate(EPOCH);
    }
    Ok(deleted.rows_affected)
}

/// How `signs_from` is kept while no rotation has set it.
const UNSCHEDULED: i64 = i64::MAX;

fn model(key: &StoredKey) -> Model {
    Model {
        id: key.kid.clone(),
        algorithm: key.algorithm.as_str().to_owned(),
        public_jwk: key.public_jwk.clone(),
        sealed_private_key: key.sealed_private_key.clone(),
        created_at: key.created_at.0,
        signs_from: key.signs_from.map_or(UNSCHEDULED, |at| at.0),
        signs_until: key.signs_until.map(|at| at.0),
        removed_at: key.removed_at.map(|at| at.0),
    }
}

fn key(row: Model) -> Result<StoredKey, StorageError> {
    Ok(StoredKey {
        algorithm: row.algorithm.parse().map_err(|reason: String| corrupt(TABLE, reason))?,
        kid: row.id,
        public_jwk: row.public_jwk,
        sealed_private_key: row.sealed_private_key,
        created_at: Timestamp(row.created_at),
        signs_from: (row.signs_from != UNSCHEDULED).then_some(Timestamp(row.signs_from)),
        signs_until: row.signs_until.map(Timestamp),
        removed_at: row.removed_at.map(Timestamp),
    })
}

#[cfg(test)]
mod tests;
