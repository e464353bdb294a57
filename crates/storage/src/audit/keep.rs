use postern_domain::audit::EventId;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};

use super::record::{Link, Record};
use super::row::{Column, Entity};
use crate::{Db, StorageError, Tx};

/// Most events of one statement: each number of rows is a statement of its own to prepare, and one of many rows keeps a core
/// from whoever waits for it.
const AT_ONCE: usize = 50;

/// Keeps an event that has no place in the chain yet, with a mark on it.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn insert(tx: &Tx, record: &Record, mark: [u8; 32]) -> Result<(), StorageError> {
    let row = record.row(None, mark).into_active_model();
    Entity::insert(row).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// Keeps events with their places in the chain.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn insert_chained(tx: &Tx, segment: i64, links: &[Link]) -> Result<(), StorageError> {
    for links in links.chunks(AT_ONCE) {
        let rows =
            links.iter().map(|it| it.record.row(Some((segment, it.position)), it.hash).into_active_model());
        Entity::insert_many(rows).exec_without_returning(tx.connection()).await?;
    }
    Ok(())
}

/// At most `limit` events behind `after` that have no place in the chain yet, each with its mark, the oldest first.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn unchained(
    db: &Db,
    after: Option<EventId>,
    limit: u64,
) -> Result<Vec<(Record, [u8; 32])>, StorageError> {
    let mut query = Entity::find().filter(Column::Segment.is_null());
    if let Some(after) = after {
        query = query.filter(Column::Id.gt(after.0));
    }
    let rows = query.order_by_asc(Column::Id).limit(limit).all(db.read()).await?;
    rows.into_iter().map(|row| Record::parts(row).map(|(record, _, mark)| (record, mark))).collect()
}

/// Gives an event its place in the chain. Of several nodes that try, one gets `true`.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn chain(tx: &Tx, segment: i64, link: &Link) -> Result<bool, StorageError> {
    let updated = Entity::update_many()
        .col_expr(Column::Segment, Expr::value(segment))
        .col_expr(Column::Position, Expr::value(link.position))
        .col_expr(Column::Hash, Expr::value(link.hash.to_vec()))
        .filter(Column::Id.eq(link.record.id().0))
        .filter(Column::Segment.is_null())
        .exec(tx.connection())
        .await?;
    Ok(updated.rows_affected == 1)
}

/// At most `limit` events of a segment behind a position, in the order of the chain.
///
/// # Errors
/// [`StorageError`] if the database fails or a hash has another length.
pub async fn chained(db: &Db, segment: i64, after: i64, limit: u64) -> Result<Vec<Link>, StorageError> {
    let rows = Entity::find()
        .filter(Column::Segment.eq(segment))
        .filter(Column::Position.gt(after))
        .order_by_asc(Column::Position)
        .limit(limit)
        .all(db.read())
        .await?;
    rows.into_iter()
        .map(|row| {
            let (record, position, hash) = Record::parts(row)?;
            Ok(Link { record, position: position.unwrap_or_default(), hash })
        })
        .collect()
}

/// The first segment behind `after` of which there are events, whatever the list of segments says.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn next_segment(db: &Db, after: i64) -> Result<Option<i64>, StorageError> {
    let row = Entity::find()
        .filter(Column::Segment.gt(after))
        .order_by_asc(Column::Segment)
        .order_by_asc(Column::Position)
        .limit(1)
        .one(db.read())
        .await?;
    Ok(row.and_then(|row| row.segment))
}
