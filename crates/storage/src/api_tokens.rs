//! Personal and organization tokens, as those who own them see and change them.

mod matching;
mod search;

use postern_domain::{Timestamp, TokenId, TokenKind, UserId};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, Statement, Value,
};

use crate::count::count_up_to;
use crate::mapping::to_json;
use crate::tokens::row::{Column, Entity};
use crate::tokens::{Token, data_text, name_key, token};
use crate::{Db, StorageError, Tx};
use search::{lasts, of_owner};

pub use matching::{Match, matching};
pub use search::{Owner, Place, Search, State};

const TABLE: &str = "tokens";
/// How far tokens are counted.
const COUNTED: u64 = 10_000;

/// At most `limit` tokens behind `after`. Those of each kind come from an index of their own and are put together here.
///
/// # Errors
/// [`StorageError`] if the database fails or a row cannot be read.
pub async fn list(
    db: &Db,
    search: &Search,
    after: Option<&Place>,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<Token>, StorageError> {
    let mut found = Vec::new();
    for kind in search.kinds() {
        let rows = search.query(kind, after, now).limit(limit).all(db.read()).await?;
        found.extend(rows.into_iter().map(token).collect::<Result<Vec<_>, _>>()?);
    }
    found.sort_by(|a, b| search.compare(a, b));
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(found)
}

/// The personal or organization token with this id.
///
/// # Errors
/// [`StorageError`] if the database fails or the row cannot be read.
pub async fn find(db: &Db, id: TokenId) -> Result<Option<Token>, StorageError> {
    let query = Entity::find_by_id(id.0).filter(Column::NameKey.is_not_null());
    query.one(db.read()).await?.map(token).transpose()
}

/// How many tokens a search finds; counted no further than ten thousand.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn count(db: &Db, search: &Search, now: Timestamp) -> Result<u64, StorageError> {
    let mut counted = 0;
    for kind in search.kinds() {
        counted += count_up_to(db, search.query(kind, None, now), COUNTED).await?;
    }
    Ok(Ord::min(counted, COUNTED))
}

/// How many tokens of an owner could be used, as the change in progress sees it.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn count_live(tx: &Tx, owner: Owner, now: Timestamp) -> Result<u64, StorageError> {
    let live = of_owner(owner).filter(Column::RevokedAt.is_null()).filter(lasts(now));
    Ok(live.count(tx.connection()).await?)
}

/// Writes down what `after` says of name, permit, end and the rest of a token that is still as `before` says. Answers
/// `false` if it was revoked or changed meanwhile.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn update(tx: &Tx, before: &Token, after: &Token) -> Result<bool, StorageError> {
    let name = |token: &Token| token.api().map(|api| api.name.to_string());
    let data = |token: &Token| token.data.as_ref().map(data_text).transpose();
    let end_is_the_same = match before.expires_at {
        Some(end) => Column::ExpiresAt.eq(end.0),
        None => Column::ExpiresAt.is_null(),
    };
    let updated = Entity::update_many()
        .col_expr(Column::Name, Expr::value(name(after)))
        .col_expr(Column::NameKey, Expr::value(name(after).as_deref().map(name_key)))
        .col_expr(Column::Permit, Expr::value(to_json(TABLE, &after.permit)?))
        .col_expr(Column::Data, Expr::value(data(after)?))
        .col_expr(Column::ExpiresAt, Expr::value(after.expires_at.map(|end| end.0)))
        .filter(Column::Id.eq(before.id.0))
        .filter(Column::RevokedAt.is_null())
        .filter(Column::Name.eq(name(before)))
        .filter(Column::Permit.eq(to_json(TABLE, &before.permit)?))
        .filter(Column::Data.eq(data(before)?))
        .filter(end_is_the_same)
        .exec(tx.connection())
        .await?;
    tx.invalidate(before.id.0);
    Ok(updated.rows_affected == 1)
}

/// Ends a token on the word of `by`, or of nobody who has an account; its sealed value is forgotten. Answers `false` if it
/// was revoked before.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn revoke(tx: &Tx, id: TokenId, by: Option<UserId>, now: Timestamp) -> Result<bool, StorageError> {
    let updated = Entity::update_many()
        .col_expr(Column::RevokedAt, Expr::value(now.0))
        .col_expr(Column::RevokedBy, Expr::value(by.map(|by| by.0)))
        .col_expr(Column::Sealed, Expr::value(Option::<Vec<u8>>::None))
        .filter(Column::Id.eq(id.0))
        .filter(Column::RevokedAt.is_null())
        .exec(tx.connection())
        .await?;
    tx.invalidate(id.0);
    Ok(updated.rows_affected == 1)
}

/// Forgets the sealed values of at most `limit` tokens; answers of how many.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn forget_sealed(tx: &Tx, limit: u64) -> Result<u64, StorageError> {
    let sql = "UPDATE tokens SET sealed = NULL WHERE id IN \
               (SELECT id FROM tokens WHERE sealed IS NOT NULL LIMIT $1)";
    execute(tx, sql, [limited(limit)]).await
}

/// Deletes at most `limit` tokens of each kind that ended or were revoked before `before`; answers how many went.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn delete_ended(tx: &Tx, before: Timestamp, limit: u64) -> Result<u64, StorageError> {
    let expired = "DELETE FROM tokens WHERE id IN (SELECT id FROM tokens WHERE kind = $1 \
                   AND name_key IS NOT NULL AND revoked_at IS NULL AND expires_at < $2 LIMIT $3)";
    let revoked = "DELETE FROM tokens WHERE id IN (SELECT id FROM tokens WHERE kind = $1 \
                   AND name_key IS NOT NULL AND revoked_at IS NOT NULL AND revoked_at < $2 LIMIT $3)";
    let mut gone = 0;
    for kind in [TokenKind::Personal, TokenKind::Organization] {
        for sql in [expired, revoked] {
            gone += execute(tx, sql, [kind.spec().code.into(), before.0.into(), limited(limit)]).await?;
        }
    }
    Ok(gone)
}

async fn execute<const N: usize>(tx: &Tx, sql: &str, values: [Value; N]) -> Result<u64, StorageError> {
    let connection = tx.connection();
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    Ok(connection.execute_raw(statement).await?.rows_affected())
}

fn limited(limit: u64) -> Value {
    i64::try_from(limit).unwrap_or(i64::MAX).into()
}

#[cfg(test)]
mod tests;
