use postern_domain::{Client, ClientMetadata, Timestamp, TokenHash};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Statement, Value};
use uuid::Uuid;

use super::rows::TABLE;
use super::rows::row::{Column, Entity};
use crate::mapping::to_json;
use crate::{StorageError, Tx};

/// Replaces what a client that registered itself is registered with, and its registration access token by `new`. Answers
/// whether the token was still the one that `client` has: of any number that try with it, one gets through.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn register_again(
    tx: &Tx,
    client: &Client,
    metadata: &ClientMetadata,
    new: TokenHash,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let Some(presented) = client.registration_token else { return Ok(false) };
    let update = Entity::update_many()
        .col_expr(Column::Name, Expr::value(metadata.name.as_str()))
        .col_expr(Column::Metadata, Expr::value(to_json(TABLE, metadata)?))
        .col_expr(Column::RegistrationHash, Expr::value(new.0.to_vec()))
        .col_expr(Column::UpdatedAt, Expr::value(now.0))
        .filter(Column::Id.eq(client.id.0))
        .filter(Column::Disabled.eq(false))
        .filter(Column::RegistrationHash.eq(presented.0.to_vec()));
    tx.change(client.id.0, update).await
}

/// Deletes up to `most` clients that registered themselves before `before` and were never used.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn delete_unused(tx: &Tx, before: Timestamp, most: u32) -> Result<u64, StorageError> {
    let sql = "DELETE FROM clients WHERE id IN (SELECT id FROM clients WHERE created_at < $1 \
         AND registration_hash IS NOT NULL AND last_used_at IS NULL LIMIT $2) RETURNING id";
    let values: [Value; 2] = [before.0.into(), i64::from(most).into()];
    let connection = tx.connection();
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    let rows = connection.query_all_raw(statement).await?;
    for row in &rows {
        tx.invalidate(row.try_get_by_index::<Uuid>(0)?);
    }
    Ok(rows.len() as u64)
}
