//! Budgets: so many tries in a window of time, counted for all nodes together.

use postern_domain::{Lifetime, Timestamp, TokenHash};
use sea_orm::{ConnectionTrait, Statement, Value};

use crate::{Db, StorageError, Tx};

/// How much there is, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Most tries in a window.
    pub limit: u32,
    /// How long a window is. It begins with its first try.
    pub window: Lifetime,
}

/// A try that was counted. It can be [given back](give_back) if it turns out that it should not have been.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    key: TokenHash,
    window_ends_at: Timestamp,
    is_last: bool,
}

impl Taken {
    /// Whether nothing is left after it.
    pub const fn is_last(&self) -> bool {
        self.is_last
    }

    /// When its window ends.
    pub const fn window_ends_at(&self) -> Timestamp {
        self.window_ends_at
    }
}

/// How much of a budget is used in the window that has begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Used {
    /// How many tries; at least one.
    pub tries: u32,
    /// When the window ends.
    pub until: Timestamp,
}

/// Nothing is left until the window ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exhausted {
    /// When it ends.
    pub until: Timestamp,
}

/// Counts a try against the budget `key`: one conditional UPSERT, so that of any number of racers exactly as many as the
/// limit get through.
///
/// # Errors
/// [`StorageError`] if the database fails; nothing is counted then.
pub async fn take(
    tx: &Tx,
    key: TokenHash,
    allowance: Allowance,
    now: Timestamp,
) -> Result<Result<Taken, Exhausted>, StorageError> {
    let ends_at = now.plus(allowance.window);
    // A window that ends later than any that began now or lately was made by a clock that ran ahead.
    let beyond = ends_at.plus(allowance.window);
    let sql = "INSERT INTO budgets (hash, window_ends_at, used) VALUES ($1, $2, 1) \
         ON CONFLICT (hash) DO UPDATE SET \
         used = CASE WHEN budgets.window_ends_at <= $3 OR budgets.window_ends_at > $4 THEN 1 ELSE budgets.used + 1 END, \
         window_ends_at = CASE WHEN budgets.window_ends_at <= $3 OR budgets.window_ends_at > $4 \
         THEN excluded.window_ends_at ELSE budgets.window_ends_at END \
         WHERE budgets.window_ends_at <= $3 OR budgets.window_ends_at > $4 OR budgets.used < $5 \
         RETURNING window_ends_at, used";
    if allowance.limit == 0 {
        return Ok(Err(Exhausted { until: ends_at }));
    }
    let values: [Value; 5] = [
        key.0.to_vec().into(),
        ends_at.0.into(),
        now.0.into(),
        beyond.0.into(),
        i64::from(allowance.limit).into(),
    ];
    let connection = tx.connection();
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    if let Some(row) = connection.query_one_raw(statement).await? {
        let window_ends_at = Timestamp(row.try_get_by_index(0)?);
        let is_last = row.try_get_by_index::<i64>(1)? >= i64::from(allowance.limit);
        return Ok(Ok(Taken { key, window_ends_at, is_last }));
    }
    let until = find(connection, key).await?.map_or(ends_at, |(until, _)| until);
    Ok(Err(Exhausted { until }))
}

/// Un-counts a try, because success never counts. Does nothing once its window is over.
///
/// # Errors
/// [`StorageError`] if the database fails; the try stays counted then.
pub async fn give_back(tx: &Tx, taken: &Taken) -> Result<(), StorageError> {
    let sql = "UPDATE budgets SET used = used - 1 WHERE hash = $1 AND window_ends_at = $2 AND used > 0";
    let values: [Value; 2] = [taken.key.0.to_vec().into(), taken.window_ends_at.0.into()];
    let connection = tx.connection();
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    connection.execute_raw(statement).await?;
    Ok(())
}

/// Whether nothing is left of the budget `key`, without counting anything: for refusing early what [`take`] would
/// refuse.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn exhausted(
    db: &Db,
    key: TokenHash,
    allowance: Allowance,
    now: Timestamp,
) -> Result<Option<Exhausted>, StorageError> {
    let used = used(db, key, allowance, now).await?.filter(|used| used.tries >= allowance.limit);
    Ok(used.map(|used| Exhausted { until: used.until }))
}

/// How much of the budget `key` is used, without counting anything; `None` if nothing is.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn used(
    db: &Db,
    key: TokenHash,
    allowance: Allowance,
    now: Timestamp,
) -> Result<Option<Used>, StorageError> {
    let Some((until, used)) = find(db.read(), key).await? else { return Ok(None) };
    let is_current = until > now && until <= now.plus(allowance.window).plus(allowance.window);
    let tries = u32::try_from(used).unwrap_or(u32::MAX);
    Ok((is_current && used > 0).then_some(Used { tries, until }))
}

/// Removes up to `most` budgets whose window is over.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn purge(tx: &Tx, now: Timestamp, most: u32) -> Result<u64, StorageError> {
    let sql = "DELETE FROM budgets WHERE hash IN \
         (SELECT hash FROM budgets WHERE window_ends_at <= $1 LIMIT $2)";
    let values: [Value; 2] = [now.0.into(), i64::from(most).into()];
    let connection = tx.connection();
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    Ok(connection.execute_raw(statement).await?.rows_affected())
}

/// When the window of a budget ends, and how many tries were counted in it.
async fn find(
    connection: &impl ConnectionTrait,
    key: TokenHash,
) -> Result<Option<(Timestamp, i64)>, StorageError> {
    let sql = "SELECT window_ends_at, used FROM budgets WHERE hash = $1";
    let values: [Value; 1] = [key.0.to_vec().into()];
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    let Some(row) = connection.query_one_raw(statement).await? else { return Ok(None) };
    Ok(Some((Timestamp(row.try_get_by_index(0)?), row.try_get_by_index(1)?)))
}

#[cfg(test)]
mod tests;
