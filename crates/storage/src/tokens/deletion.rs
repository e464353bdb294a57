use postern_domain::{OrganizationId, UserId};
use sea_orm::{ConnectionTrait, Statement};
use uuid::Uuid;

use crate::{StorageError, Tx};

/// Deletes at most `most` tokens of an organization; answers whether there may be more.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn delete_of_organization(
    tx: &Tx,
    organization: OrganizationId,
    most: u64,
) -> Result<bool, StorageError> {
    let sql = "DELETE FROM tokens WHERE id IN (SELECT id FROM tokens WHERE organization_id = $1 LIMIT $2)";
    delete(tx, sql, organization.0, most).await
}

/// Deletes at most `most` tokens of a person, those of their apps included; answers whether there may be more.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn delete_of_user(tx: &Tx, user: UserId, most: u64) -> Result<bool, StorageError> {
    let sql = "DELETE FROM tokens WHERE id IN (SELECT id FROM tokens WHERE user_id = $1 LIMIT $2)";
    delete(tx, sql, user.0, most).await
}

async fn delete(tx: &Tx, sql: &str, owner: Uuid, most: u64) -> Result<bool, StorageError> {
    let connection = tx.connection();
    let values = [owner.into(), i64::try_from(most).unwrap_or(i64::MAX).into()];
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    let deleted = connection.execute_raw(statement).await?.rows_affected();
    tx.invalidate(owner);
    Ok(deleted >= most)
}
