//! What the queues of things to deliver have in common: each row has an `id`, a `next_try_at` while it is waited for, and
//! how many `tries` it has had.

use postern_domain::{Lifetime, Timestamp};
use sea_orm::{ConnectionTrait, Statement, Value};
use uuid::Uuid;

use crate::{StorageError, Tx};

/// Takes what is due for a try: of any number of nodes that saw it due, one gets `true` and has `lease` for it. Should that
/// node die, it is due again when the lease is over.
pub(crate) async fn claim(
    tx: &Tx,
    table: &'static str,
    (id, next_try_at, tries): (Uuid, Timestamp, i64),
    now: Timestamp,
    lease: Lifetime,
) -> Result<bool, StorageError> {
    let sql = format!(
        "UPDATE {table} SET next_try_at = $1, tries = tries + 1 WHERE id = $2 AND next_try_at = $3 AND tries = $4"
    );
    let values = [now.plus(lease).0.into(), id.into(), next_try_at.0.into(), tries.into()];
    Ok(execute(tx, &sql, values).await? == 1)
}

/// Puts the next try off.
pub(crate) async fn put_off(
    tx: &Tx,
    table: &'static str,
    id: Uuid,
    until: Timestamp,
) -> Result<(), StorageError> {
    let sql = format!("UPDATE {table} SET next_try_at = $1 WHERE id = $2 AND next_try_at IS NOT NULL");
    execute(tx, &sql, [until.0.into(), id.into()]).await?;
    Ok(())
}

/// Removes up to `most` rows that were queued before `queued_before` and are not waited for any more.
pub(crate) async fn purge(
    tx: &Tx,
    table: &'static str,
    queued_before: Timestamp,
    most: u32,
) -> Result<u64, StorageError> {
    let sql = format!(
        "DELETE FROM {table} WHERE id IN \
         (SELECT id FROM {table} WHERE created_at < $1 AND next_try_at IS NULL LIMIT $2)"
    );
    execute(tx, &sql, [queued_before.0.into(), i64::from(most).into()]).await
}

async fn execute<const N: usize>(tx: &Tx, sql: &str, values: [Value; N]) -> Result<u64, StorageError> {
    let connection = tx.connection();
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    Ok(connection.execute_raw(statement).await?.rows_affected())
}
