use std::path::Path;

use postern_domain::Timestamp;
use serde::Serialize;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, Connection, Row};

use super::open;
use super::tables::{AS_IT_IS_NOW, CARRIED_OVER, ENDED, TOKENS_ENDED};
use crate::StorageError;
use crate::backup::{failed, unavailable};

/// What was made since the backup and is not in it, and what was deleted since and is closed therefore.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Lost {
    /// Accounts that are lost.
    pub users: i64,
    /// Organizations that are lost.
    pub organizations: i64,
    /// Clients that are lost.
    pub clients: i64,
    /// Accounts that are back, closed.
    pub users_closed: i64,
    /// Clients that are back, closed.
    pub clients_closed: i64,
}

/// What ends, and whether it wants to know the time.
pub(super) fn endings(tokens_too: bool) -> impl Iterator<Item = (&'static str, bool)> {
    let tokens = TOKENS_ENDED.into_iter().filter(move |_| tokens_too);
    ENDED.into_iter().chain(tokens).map(|sql| (sql, sql.contains("$1")))
}

pub(super) async fn end_access(new: &Path, tokens_too: bool, now: Timestamp) -> Result<(), StorageError> {
    let mut connection = open(SqliteConnectOptions::new().filename(new)).await?;
    let mut transaction = connection.begin().await.map_err(failed)?;
    for (sql, takes_now) in endings(tokens_too) {
        let query = if takes_now { sqlx::query(sql).bind(now.0) } else { sqlx::query(sql) };
        query.execute(&mut *transaction).await.map_err(failed)?;
    }
    transaction.commit().await.map_err(failed)?;
    connection.close().await.map_err(failed)
}

pub(super) async fn carry_over(new: &Path, replaced: &Path) -> Result<Lost, StorageError> {
    // What belongs to what is not there any more is taken out at the end.
    let mut connection = open(SqliteConnectOptions::new().filename(new).foreign_keys(false)).await?;
    let name =
        replaced.to_str().ok_or_else(|| unavailable(format!("{} is not UTF-8", replaced.display())))?;
    sqlx::query("ATTACH DATABASE ? AS replaced").bind(name).execute(&mut connection).await.map_err(failed)?;
    let lost = lost(&mut connection).await?;
    run(&mut connection, "BEGIN IMMEDIATE").await?;
    run(&mut connection, "CREATE TEMP TABLE members_then AS SELECT * FROM main.memberships").await?;
    for table in CARRIED_OVER {
        let columns = columns(&mut connection, table).await?;
        run(&mut connection, &format!("DELETE FROM main.{table}")).await?;
        let sql = format!("INSERT INTO main.{table} ({columns}) SELECT {columns} FROM replaced.{table}");
        run(&mut connection, &sql).await?;
    }
    for sql in AS_IT_IS_NOW {
        run(&mut connection, sql).await?;
    }
    while take_out_orphans(&mut connection).await? > 0 {}
    let wrong =
        sqlx::query("PRAGMA main.foreign_key_check").fetch_optional(&mut connection).await.map_err(failed)?;
    if let Some(row) = wrong {
        let table: String = row.try_get(0).map_err(failed)?;
        return Err(unavailable(format!("rows of {table} would belong to nothing; nothing was restored")));
    }
    run(&mut connection, "COMMIT").await?;
    connection.close().await.map_err(failed)?;
    Ok(lost)
}

/// Removes rows whose owner is not there; others may belong to them.
async fn take_out_orphans(connection: &mut SqliteConnection) -> Result<u64, StorageError> {
    let mut gone = 0;
    for table in CARRIED_OVER {
        let keys = sqlx::query(AssertSqlSafe(format!("PRAGMA main.foreign_key_list({table})")));
        for key in keys.fetch_all(&mut *connection).await.map_err(failed)? {
            let text = |column: &str| key.try_get::<String, _>(column).map_err(failed);
            let (owner, from, to) = (text("table")?, text("from")?, text("to")?);
            let sql = format!(
                "DELETE FROM main.{table} WHERE {from} IS NOT NULL AND {from} NOT IN (SELECT {to} FROM main.{owner})"
            );
            gone += run(connection, &sql).await?;
        }
    }
    Ok(gone)
}

async fn columns(connection: &mut SqliteConnection, table: &str) -> Result<String, StorageError> {
    let rows = sqlx::query(AssertSqlSafe(format!("PRAGMA main.table_info({table})")));
    let rows = rows.fetch_all(connection).await.map_err(failed)?;
    let names = rows.iter().map(|row| row.try_get::<String, _>("name")).collect::<Result<Vec<_>, _>>();
    Ok(names.map_err(failed)?.join(", "))
}

async fn lost(connection: &mut SqliteConnection) -> Result<Lost, StorageError> {
    let mut only_in = async |one: &str, other: &str, table: &str| {
        let sql =
            format!("SELECT COUNT(*) FROM {one}.{table} WHERE id NOT IN (SELECT id FROM {other}.{table})");
        let row = sqlx::query(AssertSqlSafe(sql)).fetch_one(&mut *connection).await;
        row.and_then(|row| row.try_get::<i64, _>(0)).map_err(failed)
    };
    Ok(Lost {
        users: only_in("replaced", "main", "users").await?,
        organizations: only_in("replaced", "main", "organizations").await?,
        clients: only_in("replaced", "main", "clients").await?,
        users_closed: only_in("main", "replaced", "users").await?,
        clients_closed: only_in("main", "replaced", "clients").await?,
    })
}

async fn run(connection: &mut SqliteConnection, sql: &str) -> Result<u64, StorageError> {
    let done = sqlx::query(AssertSqlSafe(sql.to_owned())).execute(connection).await.map_err(failed)?;
    Ok(done.rows_affected())
}
