use sea_orm::sea_query::{Alias, Asterisk, Expr, Func, Query};
use sea_orm::{ConnectionTrait, EntityTrait, QuerySelect, QueryTrait, Select};

use crate::{Db, StorageError};

/// How many rows a query has, counted no further than `most`: what there may be very much of would take long to count.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub(crate) async fn count_up_to<E: EntityTrait>(
    db: &Db,
    rows: Select<E>,
    most: u64,
) -> Result<u64, StorageError> {
    let rows = rows.select_only().expr_as(Expr::value(1), "one").limit(most).into_query();
    let mut counting = Query::select();
    counting.expr_as(Func::count(Expr::col(Asterisk)), Alias::new("counted"));
    counting.from_subquery(rows, Alias::new("found"));
    let row = db.read().query_one(&counting).await?;
    let counted: i64 = row.map_or(Ok(0), |row| row.try_get("", "counted"))?;
    Ok(u64::try_from(counted).unwrap_or_default())
}
