//! What can be had once besides tokens: links, challenges, stored requests. [`consume`](fn@crate::consume) takes them.

use postern_domain::{Timestamp, TokenHash};
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue, ConnectionTrait, QuerySelect, Statement, Value};

use crate::{Db, StorageError, Tx};

mod table {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "one_time_values")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub hash: Vec<u8>,
        pub kind: String,
        pub data: String,
        pub created_at: i64,
        pub expires_at: i64,
        pub consumed_at: Option<i64>,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use table::{ActiveModel, Column, Entity};

/// Keeps a value for `purpose` until `expires_at`, with what is to be known when it is used.
///
/// # Errors
/// [`StorageError::Taken`] if there is one with this hash, consumed or not.
pub async fn insert(
    tx: &Tx,
    purpose: &str,
    hash: TokenHash,
    data: &str,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<(), StorageError> {
    let row = ActiveModel {
        hash: ActiveValue::Set(hash.0.to_vec()),
        kind: ActiveValue::Set(purpose.to_owned()),
        data: ActiveValue::Set(data.to_owned()),
        created_at: ActiveValue::Set(now.0),
        expires_at: ActiveValue::Set(expires_at.0),
        consumed_at: ActiveValue::Set(None),
    };
    Entity::insert(row).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// Takes a value that was not kept before, as one that carries its own proof need not be: of any number that try, on any
/// number of nodes, exactly one gets `true`. It is remembered until `expires_at`; after that it must count no more.
///
/// # Errors
/// [`StorageError`] if the database fails; the value is then as it was.
pub async fn spend(
    tx: &Tx,
    purpose: &str,
    hash: TokenHash,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<bool, StorageError> {
    let sql = "INSERT INTO one_time_values (hash, kind, data, created_at, expires_at, consumed_at) \
         VALUES ($1, $2, '', $3, $4, $5) ON CONFLICT (hash) DO NOTHING";
    let values: [Value; 5] =
        [hash.0.to_vec().into(), purpose.into(), now.0.into(), expires_at.0.into(), now.0.into()];
    let connection = tx.connection();
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    Ok(connection.execute_raw(statement).await?.rows_affected() == 1)
}

/// What is kept with a value that can still be used.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn find(
    db: &Db,
    purpose: &str,
    hash: TokenHash,
    now: Timestamp,
) -> Result<Option<String>, StorageError> {
    let query = Entity::find_by_id(hash.0.to_vec())
        .filter(Column::Kind.eq(purpose))
        .filter(Column::ConsumedAt.is_null())
        .filter(Column::ExpiresAt.gt(now.0))
        .select_only()
        .column(Column::Data);
    Ok(query.into_tuple().one(db.read()).await?)
}

/// Removes a value, used or not.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn remove(tx: &Tx, purpose: &str, hash: TokenHash) -> Result<(), StorageError> {
    let value =
        Entity::delete_many().filter(Column::Hash.eq(hash.0.to_vec())).filter(Column::Kind.eq(purpose));
    value.exec(tx.connection()).await?;
    Ok(())
}

/// Removes every value of a purpose, used or not.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn remove_all(tx: &Tx, purpose: &str) -> Result<(), StorageError> {
    Entity::delete_many().filter(Column::Kind.eq(purpose)).exec(tx.connection()).await?;
    Ok(())
}

/// Removes up to `most` values that have expired. A consumed one stays until then, so that it cannot come again.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn purge(tx: &Tx, now: Timestamp, most: u32) -> Result<u64, StorageError> {
    let sql = "DELETE FROM one_time_values WHERE hash IN \
         (SELECT hash FROM one_time_values WHERE expires_at <= $1 LIMIT $2)";
    let values: [Value; 2] = [now.0.into(), i64::from(most).into()];
    let connection = tx.connection();
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    Ok(connection.execute_raw(statement).await?.rows_affected())
}

#[cfg(test)]
mod tests;
