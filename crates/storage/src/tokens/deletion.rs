use postern_domain::{OrganizationId, UserId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Statement};
use uuid::Uuid;

use crate::{StorageError, Tx, grants};

/// Deletes at most `most` tokens of an organization, and the grants of which nothing is left; answers whether there may be
/// more.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn delete_of_organization(
    tx: &Tx,
    organization: OrganizationId,
    most: u64,
) -> Result<bool, StorageError> {
    let sql = "DELETE FROM tokens WHERE id IN (SELECT id FROM tokens WHERE organization_id = $1 LIMIT $2) RETURNING grant_id";
    delete(tx, sql, organization.0, most).await
}

/// Deletes at most `most` tokens of a person, those of their apps included, and the grants of which nothing is left; answers
/// whether there may be more.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn delete_of_user(tx: &Tx, user: UserId, most: u64) -> Result<bool, StorageError> {
    let sql = "DELETE FROM tokens WHERE id IN (SELECT id FROM tokens WHERE user_id = $1 LIMIT $2) RETURNING grant_id";
    delete(tx, sql, user.0, most).await
}

async fn delete(tx: &Tx, sql: &str, owner: Uuid, most: u64) -> Result<bool, StorageError> {
    let values = [owner.into(), i64::try_from(most).unwrap_or(i64::MAX).into()];
    let backend = tx.connection().get_database_backend();
    let deleted = delete_with_grants(tx, Statement::from_sql_and_values(backend, sql, values)).await?;
    tx.invalidate(owner);
    Ok(deleted >= most)
}

/// Runs a statement that deletes tokens and returns their `grant_id`, and deletes those grants of which no token is left.
/// Answers how many tokens went.
pub(super) async fn delete_with_grants(tx: &Tx, tokens: Statement) -> Result<u64, StorageError> {
    let connection = tx.connection();
    let gone = connection.query_all_raw(tokens).await?;
    let families =
        gone.iter().map(|row| row.try_get_by_index::<Option<Uuid>>(0)).collect::<Result<Vec<_>, _>>()?;
    let mut families: Vec<Uuid> = families.into_iter().flatten().collect();
    families.sort_unstable();
    families.dedup();
    if !families.is_empty() {
        let left = "NOT EXISTS (SELECT 1 FROM tokens WHERE tokens.grant_id = grants.id)";
        grants::row::Entity::delete_many()
            .filter(grants::row::Column::Id.is_in(families))
            .filter(Expr::cust(left))
            .exec(connection)
            .await?;
    }
    Ok(u64::try_from(gone.len()).unwrap_or(u64::MAX))
}
