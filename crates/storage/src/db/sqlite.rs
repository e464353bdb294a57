//! The database as a file.

use std::fs::{DirBuilder, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use futures_util::future::BoxFuture;
use sqlx::pool::PoolConnectionMetadata;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection};

use super::{PATIENCE, unreachable_database};
use crate::StorageError;

/// How a connection to the file that `url` names is. The file is made if it is not there.
///
/// # Errors
/// [`StorageError::Unavailable`] if the URL cannot be read or the file cannot be made.
pub(super) fn options(url: &str) -> Result<SqliteConnectOptions, StorageError> {
    let options = SqliteConnectOptions::from_str(url).map_err(unreachable_database)?;
    make_private(options.get_filename()).map_err(|error| {
        StorageError::Unavailable(format!("{} cannot be made: {error}", options.get_filename().display()))
    })?;
    Ok(options
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // FULL: an acknowledged change survives a power cut. Group commit pays for it.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(PATIENCE)
        .statement_cache_capacity(256)
        .disable_statement_logging()
        .pragma("cache_size", "-4096")
        .pragma("temp_store", "memory")
        .pragma("wal_autocheckpoint", "4000"))
}

/// The file that `url` names.
pub(super) fn file(url: &str) -> Option<PathBuf> {
    Some(SqliteConnectOptions::from_str(url).ok()?.get_filename().to_owned())
}

/// Whether a connection that was given back can begin another transaction. When its disk is full, SQLite undoes a transaction by
/// itself, and the connection goes on to believe in it: no other one begins there, ever. The pool closes it then.
pub(super) fn is_usable(
    connection: &mut SqliteConnection,
    _: PoolConnectionMetadata,
) -> BoxFuture<'_, Result<bool, sqlx::Error>> {
    Box::pin(async move {
        if !connection.is_in_transaction() {
            return Ok(true);
        }
        // One that was dropped is undone before the connection answers.
        connection.ping().await?;
        Ok(!connection.is_in_transaction())
    })
}

/// Makes the folder of a file where it is not there, for its owner alone.
pub(crate) fn make_private_folder(file: &Path) -> io::Result<()> {
    match file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) => DirBuilder::new().recursive(true).mode(0o700).create(folder),
        None => Ok(()),
    }
}

/// Makes the file and its folder where they are not there, for their owner alone: password hashes are in it. The files that
/// SQLite puts beside it get the same mode.
///
/// A file that is there is not opened: closing it would drop this process's locks on it (POSIX), with which SQLite keeps
/// another program, such as a backup or the `sqlite3` shell, from deleting the log under a running server.
fn make_private(file: &Path) -> io::Result<()> {
    make_private_folder(file)?;
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(file) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}
