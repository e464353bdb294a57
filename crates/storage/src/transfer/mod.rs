//! Moving an instance from SQLite to PostgreSQL: every table there is, in one go.

mod copy;
mod tables;
#[cfg(test)]
mod tests;

use std::str::FromStr;

use serde::Serialize;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Row};

use crate::backup::{self, failed, unavailable};
use crate::{Database, Db, StorageError, exclusive};

/// The setting that says where an instance was moved to.
pub const MOVED_TO: &str = "instance.moved_to";

/// A database that is moved, which nobody else can use meanwhile.
pub struct Transfer {
    source: SqliteConnection,
}

/// How many rows of a table were moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Moved {
    /// The table.
    pub table: String,
    /// How many rows it has.
    pub rows: u64,
}

impl Transfer {
    /// Takes the SQLite database that `url` names out of use.
    ///
    /// # Errors
    /// [`StorageError::Busy`] while a server or another program has it open; [`StorageError::Unavailable`] if it is not there,
    /// or not brought up to date.
    pub async fn begin(url: &str) -> Result<Self, StorageError> {
        let file = backup::file_of(url)?;
        if !file.exists() {
            return Err(unavailable(format!("{} is not there", file.display())));
        }
        let mut source = exclusive::open(&file).await?;
        tables::check_version(&mut source).await?;
        Ok(Self { source })
    }

    /// Copies everything into the PostgreSQL database that `url` names, in which there must be nothing yet. Either all of it is
    /// there afterwards, counted, or nothing but empty tables.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`] that says what is in the way.
    pub async fn copy_to(&mut self, url: &str) -> Result<Vec<Moved>, StorageError> {
        if Database::of(url)? != Database::Postgres {
            return Err(unavailable("an instance can be moved to postgres://… only".to_owned()));
        }
        let options = PgConnectOptions::from_str(url).map_err(failed)?;
        let mut target = options.disable_statement_logging().connect().await.map_err(failed)?;
        refuse_what_is_not_empty(&mut target).await?;
        Db::migrate(url).await?;
        let tables = tables::all(&mut self.source).await?;
        tables::check_same(&tables, &mut target).await?;
        let mut transaction = target.begin().await.map_err(failed)?;
        let mut moved = Vec::with_capacity(tables.len());
        for table in tables {
            let rows = copy::table(&mut self.source, &mut transaction, &table).await?;
            moved.push(Moved { table, rows });
        }
        transaction.commit().await.map_err(failed)?;
        target.close().await.map_err(failed)?;
        Ok(moved)
    }

    /// Says in the old database where the instance is now, so that nobody goes on with it by mistake, and closes it.
    ///
    /// # Errors
    /// [`StorageError`] if it cannot be written.
    pub async fn leave(mut self, moved_to: &str) -> Result<(), StorageError> {
        let query = sqlx::query("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)");
        query.bind(MOVED_TO).bind(moved_to).execute(&mut self.source).await.map_err(failed)?;
        self.source.close().await.map_err(failed)
    }
}

async fn refuse_what_is_not_empty(target: &mut PgConnection) -> Result<(), StorageError> {
    let sql = "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = current_schema()";
    match count(target, sql).await? {
        0 => Ok(()),
        tables => Err(unavailable(format!(
            "the database has {tables} tables already: make an empty one, as with createdb, and move the instance there"
        ))),
    }
}

async fn count(target: &mut PgConnection, sql: &str) -> Result<i64, StorageError> {
    let row = sqlx::query(AssertSqlSafe(sql.to_owned())).fetch_one(target).await.map_err(failed)?;
    row.try_get(0).map_err(failed)
}
