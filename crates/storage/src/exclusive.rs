//! A SQLite file for oneself.

use std::path::Path;
use std::time::Duration;

use sqlx::ConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteLockingMode};

use crate::StorageError;
use crate::backup::failed;

/// How long whoever has the database open may take to close it.
const PATIENCE: Duration = Duration::from_secs(2);

/// Opens a database that nobody else has open, nor can open until the connection is closed. Its log is folded back into it.
///
/// # Errors
/// [`StorageError::Busy`] while somebody has it open.
pub(crate) async fn open(file: &Path) -> Result<SqliteConnection, StorageError> {
    // All servers have it in another mode, and it cannot leave that mode while one of them has it open.
    let options = SqliteConnectOptions::new()
        .filename(file)
        .busy_timeout(PATIENCE)
        .locking_mode(SqliteLockingMode::Exclusive)
        .journal_mode(SqliteJournalMode::Delete)
        .disable_statement_logging();
    let mut connection = options.connect().await.map_err(busy_or_failed)?;
    // In this locking mode the lock of a transaction stays.
    for sql in ["BEGIN EXCLUSIVE", "COMMIT"] {
        sqlx::query(sql).execute(&mut connection).await.map_err(busy_or_failed)?;
    }
    Ok(connection)
}

/// Keeps a database to oneself in a way that leaves nothing beside it: what takes its name can have a log at once.
///
/// # Errors
/// [`StorageError::Busy`] if somebody was faster.
pub(crate) async fn hold(connection: &mut SqliteConnection) -> Result<(), StorageError> {
    // The lock of this mode goes with the next look, and with it the journal that was kept for the next change.
    for sql in ["PRAGMA locking_mode = NORMAL", "SELECT COUNT(*) FROM sqlite_master", "BEGIN EXCLUSIVE"] {
        sqlx::query(sql).execute(&mut *connection).await.map_err(busy_or_failed)?;
    }
    Ok(())
}

fn busy_or_failed(error: sqlx::Error) -> StorageError {
    // SQLITE_BUSY is 5; extended codes have it in their last byte.
    let code = error.as_database_error().and_then(|error| error.code()?.parse::<u32>().ok());
    if code.is_some_and(|code| code & 0xff == 5) { StorageError::Busy } else { failed(error) }
}
