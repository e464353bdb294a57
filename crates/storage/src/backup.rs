//! Copies of a SQLite database, made while it is used.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use postern_migrations::Migrator;
use sea_orm_migration::MigratorTrait;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection, Row};

use crate::StorageError;

/// How long a copy waits for whoever has the file for themselves.
const PATIENCE: Duration = Duration::from_secs(10);

/// The file that a URL names.
///
/// # Errors
/// [`StorageError::Unavailable`] if it names none.
pub fn file_of(url: &str) -> Result<PathBuf, StorageError> {
    let options = SqliteConnectOptions::from_str(url).map_err(failed)?;
    Ok(options.get_filename().to_path_buf())
}

/// Copies the database that `url` names into `to`, as it is at one instant. Whoever reads or changes it meanwhile is not held
/// up. The copy appears when it is whole, on disk and looked over.
///
/// # Errors
/// [`StorageError`] if there is something in its place, if it cannot be written, or if it is not sound.
pub async fn make(url: &str, to: &Path) -> Result<(), StorageError> {
    let source = SqliteConnectOptions::from_str(url).map_err(failed)?.create_if_missing(false);
    if to.symlink_metadata().is_ok() {
        return Err(unavailable(format!("there is something at {} already", to.display())));
    }
    let unfinished = beside(to, "unfinished");
    let made = copy(source, &unfinished).await;
    let made = match made {
        Ok(()) => check(&unfinished).await,
        failed => failed,
    };
    let placed = made.and_then(|()| place(&unfinished, to).map_err(|error| io_failed(to, &error)));
    let _it_has_its_name_or_is_of_no_use = std::fs::remove_file(&unfinished);
    placed
}

/// Copies a database into a new file that only its owner may read.
pub(crate) async fn copy(source: SqliteConnectOptions, to: &Path) -> Result<(), StorageError> {
    let mut connection =
        source.busy_timeout(PATIENCE).disable_statement_logging().connect().await.map_err(failed)?;
    let copied = copy_from(&mut connection, to).await;
    connection.close().await.map_err(failed)?;
    copied
}

/// The same over a connection.
pub(crate) async fn copy_from(connection: &mut SqliteConnection, to: &Path) -> Result<(), StorageError> {
    let _of_a_try_that_was_stopped = std::fs::remove_file(to);
    let private = OpenOptions::new().write(true).create_new(true).mode(0o600).open(to);
    drop(private.map_err(|error| io_failed(to, &error))?);
    let name = to.to_str().ok_or_else(|| unavailable(format!("{} is not UTF-8", to.display())))?;
    sqlx::query("VACUUM INTO ?").bind(name).execute(connection).await.map_err(failed)?;
    // SQLite leaves this to whoever needs it.
    File::open(to).and_then(|file| file.sync_all()).map_err(|error| io_failed(to, &error))
}

/// That a file is a sound database of ours which this version can read.
///
/// # Errors
/// [`StorageError::Unavailable`] that says what is wrong with it.
pub async fn check(file: &Path) -> Result<(), StorageError> {
    let options = SqliteConnectOptions::new().filename(file).read_only(true).disable_statement_logging();
    let not_ours = |error: sqlx::Error| {
        unavailable(format!("{} is not a database of Postern's, or is damaged: {error}", file.display()))
    };
    let mut connection = options.connect().await.map_err(not_ours)?;
    let found = sqlx::query("PRAGMA integrity_check(1)").fetch_one(&mut connection).await;
    let found: String = found.and_then(|row| row.try_get(0)).map_err(not_ours)?;
    if found != "ok" {
        return Err(unavailable(format!("{} is damaged: {found}", file.display())));
    }
    let versions = sqlx::query("SELECT version FROM seaql_migrations").fetch_all(&mut connection).await;
    let known: Vec<String> =
        Migrator::migrations().iter().map(|migration| migration.name().to_owned()).collect();
    for row in versions.map_err(not_ours)? {
        let version: String = row.try_get(0).map_err(not_ours)?;
        if !known.contains(&version) {
            return Err(unavailable(format!(
                "{} was made by a newer version of Postern ({version}): use that version",
                file.display()
            )));
        }
    }
    connection.close().await.map_err(failed)
}

/// A name beside that of a file.
pub(crate) fn beside(file: &Path, what: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(what);
    PathBuf::from(name)
}

/// Gives a file its name, unless something has it.
fn place(from: &Path, to: &Path) -> io::Result<()> {
    std::fs::hard_link(from, to)?;
    sync_folder_of(to)
}

/// Has the names in the folder of a file on disk.
pub(crate) fn sync_folder_of(file: &Path) -> io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

pub(crate) fn unavailable(reason: String) -> StorageError {
    StorageError::Unavailable(reason)
}

pub(crate) fn io_failed(file: &Path, error: &io::Error) -> StorageError {
    unavailable(format!("{}: {error}", file.display()))
}

pub(crate) fn failed(error: sqlx::Error) -> StorageError {
    unavailable(error.to_string())
}
