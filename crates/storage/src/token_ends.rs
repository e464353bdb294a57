//! Which personal and organization tokens end soon, and whom that was told.

use postern_domain::{Lifetime, Timestamp, TokenKind};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement, Value,
};

use crate::api_tokens::Owner;
use crate::tokens::row::{Column, Entity};
use crate::tokens::{Token, token};
use crate::{Db, StorageError, Tx};

/// Tokens that end within a span, of which nobody was told yet that they do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notice {
    /// How long before its end a token's owner is told.
    pub lead: Lifetime,
    /// How close its end has to be for the next notice to be the one to give.
    pub next_lead: Lifetime,
}

/// A token that has lived no longer than this when its notice falls due was made knowing that it ends.
const YOUNG: Lifetime = Lifetime::days(1);

/// At most `limit` tokens of each kind whose owner is to be told now.
///
/// # Errors
/// [`StorageError`] if the database fails or a row cannot be read.
pub async fn due(db: &Db, notice: Notice, now: Timestamp, limit: u64) -> Result<Vec<Token>, StorageError> {
    let sql = "SELECT * FROM tokens WHERE kind = $1 AND name_key IS NOT NULL AND revoked_at IS NULL \
               AND expires_at > $2 AND expires_at <= $3 AND created_at <= expires_at - $4 \
               AND (end_told_at IS NULL OR end_told_at < expires_at - $5) ORDER BY expires_at, id LIMIT $6";
    let lead = notice.lead.as_seconds();
    let mut found = Vec::new();
    for kind in [TokenKind::Personal, TokenKind::Organization] {
        let values: [Value; 6] = [
            kind.spec().code.into(),
            now.plus(notice.next_lead).0.into(),
            now.plus(notice.lead).0.into(),
            lead.saturating_add(YOUNG.as_seconds()).into(),
            lead.into(),
            i64::try_from(limit).unwrap_or(i64::MAX).into(),
        ];
        let statement = Statement::from_sql_and_values(db.read().get_database_backend(), sql, values);
        let rows = Entity::find().from_raw_sql(statement).all(db.read()).await?;
        found.extend(rows.into_iter().map(token).collect::<Result<Vec<_>, _>>()?);
    }
    Ok(found)
}

/// At most `limit` tokens of an owner that end between `from` and `until` and were not revoked, the next to end first. Of a
/// person also those they made for organizations.
///
/// # Errors
/// [`StorageError`] if the database fails or a row cannot be read.
pub async fn between(
    db: &Db,
    owner: Owner,
    (from, until): (Timestamp, Timestamp),
    limit: u64,
) -> Result<Vec<Token>, StorageError> {
    let owned = match owner {
        Owner::User(id) => Column::UserId.eq(id.0),
        Owner::Organization(id) => Column::OrganizationId.eq(id.0),
    };
    let kinds = [TokenKind::Personal, TokenKind::Organization].map(|kind| kind.spec().code);
    let rows = Entity::find()
        .filter(owned)
        .filter(Column::Kind.is_in(kinds))
        .filter(Column::NameKey.is_not_null())
        .filter(Column::RevokedAt.is_null())
        .filter(Column::ExpiresAt.between(from.0, until.0))
        .order_by_asc(Column::ExpiresAt)
        .order_by_asc(Column::Id)
        .limit(limit);
    rows.all(db.read()).await?.into_iter().map(token).collect()
}

/// Writes down that a token's owner is told of its end. Of several nodes one gets `true`; nobody does once the end is
/// another or the token is revoked.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn note(tx: &Tx, told: &Token, notice: Notice) -> Result<bool, StorageError> {
    let Some(end) = told.expires_at else { return Ok(false) };
    let sql = "UPDATE tokens SET end_told_at = $1 WHERE id = $2 AND expires_at = $3 AND revoked_at IS NULL \
               AND (end_told_at IS NULL OR end_told_at < $4)";
    let due_at = end.minus(notice.lead).0;
    let values: [Value; 4] = [due_at.into(), told.id.0.into(), end.0.into(), due_at.into()];
    let connection = tx.connection();
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    Ok(connection.execute_raw(statement).await?.rows_affected() == 1)
}

#[cfg(test)]
mod tests;
