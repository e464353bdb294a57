//! Initial access tokens (RFC 7591 section 3): by which clients register themselves where not everybody may.

use postern_domain::{InitialAccessToken, InitialAccessTokenId, Timestamp, TokenHash};
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue, ConnectionTrait, QueryOrder, Statement, Value};

use crate::mapping::{corrupt, hash};
use crate::{Db, StorageError, Tx};

const TABLE: &str = "initial_access_tokens";

mod table {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "initial_access_tokens")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub hash: Vec<u8>,
        pub name: String,
        pub created_at: i64,
        pub expires_at: Option<i64>,
        pub most_uses: Option<i64>,
        pub uses: i64,
        pub last_used_at: Option<i64>,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use table::{ActiveModel, Column, Entity, Model};

/// Keeps a new one.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn insert(tx: &Tx, token: &InitialAccessToken) -> Result<(), StorageError> {
    let row = ActiveModel {
        id: ActiveValue::Set(token.id.0),
        hash: ActiveValue::Set(token.hash.0.to_vec()),
        name: ActiveValue::Set(token.name.clone()),
        created_at: ActiveValue::Set(token.created_at.0),
        expires_at: ActiveValue::Set(token.expires_at.map(|at| at.0)),
        most_uses: ActiveValue::Set(token.most_uses.map(i64::from)),
        uses: ActiveValue::Set(i64::from(token.uses)),
        last_used_at: ActiveValue::Set(token.last_used_at.map(|at| at.0)),
    };
    Entity::insert(row).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// The one with this hash, whether it works or not.
///
/// # Errors
/// [`StorageError`] if the database fails or the row cannot be read.
pub async fn find(db: &Db, hash: TokenHash) -> Result<Option<InitialAccessToken>, StorageError> {
    Entity::find().filter(Column::Hash.eq(hash.0.to_vec())).one(db.read()).await?.map(token).transpose()
}

/// All of them, the latest first.
///
/// # Errors
/// [`StorageError`] if the database fails or a row cannot be read.
pub async fn list(db: &Db) -> Result<Vec<InitialAccessToken>, StorageError> {
    let rows =
        Entity::find().order_by_desc(Column::CreatedAt).order_by_desc(Column::Id).all(db.read()).await?;
    rows.into_iter().map(token).collect()
}

/// Counts a registration by the token with this hash, if it still works: of any number that try, as many get through as it
/// has uses left. Answers its id.
///
/// # Errors
/// [`StorageError`] if the database fails; nothing is counted then.
pub async fn take(
    tx: &Tx,
    hash: TokenHash,
    now: Timestamp,
) -> Result<Option<InitialAccessTokenId>, StorageError> {
    let sql = "UPDATE initial_access_tokens SET uses = uses + 1, last_used_at = $2 WHERE hash = $1 \
         AND (expires_at IS NULL OR expires_at > $2) AND (most_uses IS NULL OR uses < most_uses) RETURNING id";
    let values: [Value; 2] = [hash.0.to_vec().into(), now.0.into()];
    let connection = tx.connection();
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    let row = connection.query_one_raw(statement).await?;
    Ok(row.map(|row| row.try_get_by_index(0)).transpose()?.map(InitialAccessTokenId))
}

/// Ends one at once; answers whether it was there.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn delete(tx: &Tx, id: InitialAccessTokenId) -> Result<bool, StorageError> {
    Ok(Entity::delete_by_id(id.0).exec(tx.connection()).await?.rows_affected == 1)
}

/// Deletes up to `most` that expired before `before`, or had been used up by then.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn purge(tx: &Tx, before: Timestamp, most: u32) -> Result<u64, StorageError> {
    let sql = "DELETE FROM initial_access_tokens WHERE id IN \
         (SELECT id FROM initial_access_tokens WHERE expires_at < $1 \
         OR (uses >= most_uses AND last_used_at < $1) LIMIT $2)";
    let values: [Value; 2] = [before.0.into(), i64::from(most).into()];
    let connection = tx.connection();
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    Ok(connection.execute_raw(statement).await?.rows_affected())
}

fn token(row: Model) -> Result<InitialAccessToken, StorageError> {
    let count = |number: i64| u32::try_from(number).map_err(|_| corrupt(TABLE, "a count is out of range"));
    Ok(InitialAccessToken {
        id: InitialAccessTokenId(row.id),
        hash: hash(TABLE, &row.hash)?,
        name: row.name,
        created_at: Timestamp(row.created_at),
        expires_at: row.expires_at.map(Timestamp),
        most_uses: row.most_uses.map(count).transpose()?,
        uses: count(row.uses)?,
        last_used_at: row.last_used_at.map(Timestamp),
    })
}

#[cfg(test)]
mod tests;
