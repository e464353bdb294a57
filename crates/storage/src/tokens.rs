//! Every issued credential, whatever its kind: one table, looked up by keyed hash.

mod columns;
mod deletion;
mod of_organization;
pub(crate) mod row;
mod token;

use postern_domain::{ClientId, Grant, Timestamp, TokenHash, TokenId, TokenKind, UserId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, Statement};

use crate::{Db, StorageError, Tx, grants};
use columns::model;
use row::{Column, Entity};

pub(crate) use columns::{data_text, name_key, token};
pub use deletion::{delete_of_organization, delete_of_user};
pub use of_organization::{
    count_of_organization, ending_after, revoke_of_organization, shorten_of_organization,
};
pub use token::{Token, TokenData};

/// Inserts tokens in one statement.
///
/// # Errors
/// [`StorageError`] if the database fails, or the client or user of one is gone.
pub async fn insert_many(tx: &Tx, tokens: &[Token]) -> Result<(), StorageError> {
    let rows = tokens.iter().map(model).collect::<Result<Vec<_>, _>>()?;
    let rows = rows.into_iter().map(IntoActiveModel::into_active_model);
    Entity::insert_many(rows).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// The token with this hash and the grant it came from, if that has come to life.
///
/// # Errors
/// [`StorageError`] if the database fails or a row cannot be read.
pub async fn find_by_hash(db: &Db, hash: TokenHash) -> Result<Option<(Token, Option<Grant>)>, StorageError> {
    let query =
        Entity::find().filter(Column::Hash.eq(hash.0.to_vec())).find_also_related(grants::row::Entity);
    let Some((row, grant)) = query.one(db.read()).await? else { return Ok(None) };
    Ok(Some((token(row)?, grant.map(grants::grant).transpose()?)))
}

/// Ends one token; answers whether it was not revoked before.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn revoke(tx: &Tx, id: TokenId, now: Timestamp) -> Result<bool, StorageError> {
    let update = Entity::update_many()
        .col_expr(Column::RevokedAt, Expr::value(now.0))
        .filter(Column::Id.eq(id.0))
        .filter(Column::RevokedAt.is_null());
    tx.change(id.0, update).await
}

/// Ends all that a client holds of a user, codes that are not redeemed yet included; answers how many grants it ended.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn revoke_for_client_and_user(
    tx: &Tx,
    client: ClientId,
    user: UserId,
    now: Timestamp,
) -> Result<u64, StorageError> {
    // Codes first: a redemption in progress holds its code's row, so its grant is there to be seen afterwards.
    Entity::update_many()
        .col_expr(Column::RevokedAt, Expr::value(now.0))
        .filter(Column::UserId.eq(user.0))
        .filter(Column::ClientId.eq(client.0))
        .filter(Column::Kind.eq(TokenKind::AuthorizationCode.spec().code))
        .filter(Column::RevokedAt.is_null())
        .exec(tx.connection())
        .await?;
    let updated = grants::row::Entity::update_many()
        .col_expr(grants::row::Column::RevokedAt, Expr::value(now.0))
        .filter(grants::row::Column::ClientId.eq(client.0))
        .filter(grants::row::Column::UserId.eq(user.0))
        .filter(grants::row::Column::RevokedAt.is_null())
        .exec(tx.connection())
        .await?;
    tx.invalidate(user.0);
    Ok(updated.rows_affected)
}

/// Writes down that a token was used at `now`, and from where if that is known.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn touch(tx: &Tx, id: TokenId, from: Option<&str>, now: Timestamp) -> Result<(), StorageError> {
    Entity::update_many()
        .col_expr(Column::LastUsedAt, Expr::value(now.0))
        .col_expr(Column::LastUsedFrom, Expr::value(from))
        .filter(Column::Id.eq(id.0))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// Forgets the sealed successors of at most `limit` tokens that were replaced before `replaced_before`; answers of how many.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn forget_successors(tx: &Tx, replaced_before: Timestamp, limit: u64) -> Result<u64, StorageError> {
    let sql = "UPDATE tokens SET successor = NULL WHERE id IN \
               (SELECT id FROM tokens WHERE successor IS NOT NULL AND consumed_at < $1 LIMIT $2)";
    let values = [replaced_before.0.into(), i64::try_from(limit).unwrap_or(i64::MAX).into()];
    let connection = tx.connection();
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    Ok(connection.execute_raw(statement).await?.rows_affected())
}

/// Deletes at most `limit` tokens that ended before `ended_before`, and the grants of which nothing is left; answers how
/// many tokens went. Personal and organization tokens stay: they can be renewed.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn delete_expired(tx: &Tx, ended_before: Timestamp, limit: u64) -> Result<u64, StorageError> {
    let sql = "DELETE FROM tokens WHERE id IN (SELECT id FROM tokens WHERE expires_at < $1 AND name_key IS NULL LIMIT $2) \
               RETURNING grant_id";
    let values = [ended_before.0.into(), i64::try_from(limit).unwrap_or(i64::MAX).into()];
    let connection = tx.connection();
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    deletion::delete_with_grants(tx, statement).await
}

#[cfg(test)]
mod tests;
