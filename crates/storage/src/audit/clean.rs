use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement, Value,
};

use super::segments::row::{Column, Entity};
use super::segments::{Cleared, Segment, Sort};
use crate::{Db, StorageError, Tx};

/// At most `limit` segments of a sort from before a day, of which the events are still kept.
///
/// # Errors
/// [`StorageError`] if the database fails or a row cannot be read.
pub async fn due(db: &Db, sort: Sort, before: i64, limit: u64) -> Result<Vec<Segment>, StorageError> {
    let query = Entity::find()
        .filter(Column::ClearedAt.is_null())
        .filter(Column::Sort.eq(sort.as_str()))
        .filter(Column::Day.lt(before));
    let rows = query.order_by_asc(Column::Day).limit(limit).all(db.read()).await?;
    rows.into_iter().map(Segment::try_from).collect()
}

/// Writes down that a segment's events go because they are old. Its own row stays, so that no link of the chain is missed.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn clear(tx: &Tx, number: i64, cleared: Cleared) -> Result<bool, StorageError> {
    let updated = Entity::update_many()
        .col_expr(Column::ClearedAt, Expr::value(cleared.at.0))
        .col_expr(Column::ClearedMark, Expr::value(cleared.mark.to_vec()))
        .filter(Column::Number.eq(number))
        .filter(Column::ClearedAt.is_null())
        .exec(tx.connection())
        .await?;
    Ok(updated.rows_affected == 1)
}

/// Deletes up to `most` events of a segment.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn clear_rows(tx: &Tx, number: i64, most: u32) -> Result<u64, StorageError> {
    let sql =
        "DELETE FROM audit_events WHERE id IN (SELECT id FROM audit_events WHERE segment = $1 LIMIT $2)";
    let values: [Value; 2] = [number.into(), i64::from(most).into()];
    let connection = tx.connection();
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    Ok(connection.execute_raw(statement).await?.rows_affected())
}

/// Deletes the segments up to a number, if there are exactly `count` of them. Otherwise it is [`StorageError::Busy`]: another
/// node was faster.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn delete_segments(tx: &Tx, number: i64, count: u64) -> Result<(), StorageError> {
    let deleted = Entity::delete_many().filter(Column::Number.lte(number)).exec(tx.connection()).await?;
    if deleted.rows_affected == count { Ok(()) } else { Err(StorageError::Busy) }
}

/// A segment that was cleared, but of which some events are still there: whoever did it was stopped.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn left_over(db: &Db) -> Result<Option<i64>, StorageError> {
    let sql = "SELECT number FROM audit_segments s WHERE cleared_at IS NOT NULL \
               AND EXISTS (SELECT 1 FROM audit_events e WHERE e.segment = s.number) LIMIT 1";
    let statement = Statement::from_string(db.read().get_database_backend(), sql);
    let row = db.read().query_one_raw(statement).await?;
    Ok(row.map(|row| row.try_get_by_index(0)).transpose()?)
}
