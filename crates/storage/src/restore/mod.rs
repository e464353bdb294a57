//! Putting a backup of a SQLite database in the place of what is there, without bringing back what was spent or revoked since
//! ([decision 10](../../../../docs/decisions/0010-what-a-restore-brings-back.md)).

mod merge;
mod replaced;
mod tables;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use postern_domain::Timestamp;
use sea_orm::SqlxSqliteConnector;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions};
use sqlx::{ConnectOptions, Connection, Row};

use crate::backup::{self, beside, failed, io_failed};
use crate::{Database, Db, StorageError, migrate};
use replaced::Held;

pub use merge::Lost;
pub use replaced::Replaced;

/// A backup that is made ready beside the database that it is to replace, which nobody else can use meanwhile.
pub struct Restoration {
    target: PathBuf,
    new: PathBuf,
    held: Held,
}

impl Restoration {
    /// Looks over the backup, takes the database in its place out of use, and copies both beside it, brought up to date.
    ///
    /// # Errors
    /// [`StorageError::Busy`] while a server or another program has the database open; [`StorageError::Unavailable`] that
    /// says what is wrong with the backup.
    pub async fn begin(url: &str, file: &Path) -> Result<Self, StorageError> {
        backup::check(file).await?;
        let target = backup::file_of(url)?;
        crate::db::make_private_folder(&target).map_err(|error| io_failed(&target, &error))?;
        let held = Held::take(&target).await?;
        let new = beside(&target, "restoring");
        let restoration = Self { target, new, held };
        let source = SqliteConnectOptions::new().filename(file).read_only(true);
        backup::copy(source, &restoration.new).await?;
        bring_up_to_date(&restoration.new).await?;
        Ok(restoration)
    }

    /// What is in the place of the backup.
    pub fn replaced(&self) -> Replaced<'_> {
        self.held.found()
    }

    /// What the backup remembers under `name`.
    ///
    /// # Errors
    /// [`StorageError`] if it cannot be read.
    pub async fn setting(&self, name: &str) -> Result<Option<String>, StorageError> {
        setting(&self.new, name).await
    }

    /// Takes all that lets somebody in from the database that is replaced, and says what was made since and is lost.
    ///
    /// # Errors
    /// [`StorageError`] if there is none that can be read.
    pub async fn carry_over(&self) -> Result<Lost, StorageError> {
        match &self.held {
            Held::Readable { copy, .. } => merge::carry_over(&self.new, copy).await,
            _ => Err(backup::unavailable("there is nothing to carry over".to_owned())),
        }
    }

    /// Ends all that the backup lets somebody in by, but for passwords and the secrets of clients, and `tokens_too` those of
    /// scripts.
    ///
    /// # Errors
    /// [`StorageError`] if it fails.
    pub async fn end_access(&self, tokens_too: bool, now: Timestamp) -> Result<(), StorageError> {
        merge::end_access(&self.new, tokens_too, now).await
    }

    /// Puts it in its place, at once and for good. Answers where the database is now that was there.
    ///
    /// # Errors
    /// [`StorageError`] if that fails; what was there is there still.
    pub async fn place(mut self, now: Timestamp) -> Result<Option<PathBuf>, StorageError> {
        // One file, with nothing beside it.
        let options = SqliteConnectOptions::new().filename(&self.new).journal_mode(SqliteJournalMode::Delete);
        open(options).await?.close().await.map_err(failed)?;
        let aside = self.unused_name(now);
        let swapped = self.swap(&aside).map_err(|error| io_failed(&self.target, &error))?;
        // Whoever opens the new one has nothing to do with who closes the old one.
        std::mem::replace(&mut self.held, Held::Nothing).let_go().await?;
        Ok(swapped.then_some(aside))
    }

    /// A name for the database that was there: of several that are replaced within a second each has its own.
    fn unused_name(&self, now: Timestamp) -> PathBuf {
        let mut name = beside(&self.target, &format!("replaced-{}", now.0));
        let mut number = 1;
        while name.symlink_metadata().is_ok() {
            number += 1;
            name = beside(&self.target, &format!("replaced-{}-{number}", now.0));
        }
        name
    }

    fn swap(&self, aside: &Path) -> std::io::Result<bool> {
        std::fs::File::open(&self.new)?.sync_all()?;
        let is_there = self.target.symlink_metadata().is_ok();
        if is_there {
            std::fs::hard_link(&self.target, aside)?;
        }
        // A log of the old one must not be taken for the new one's.
        for rest in ["-wal", "-shm", "-journal"] {
            let log = continued(&self.target, rest);
            if log.symlink_metadata().is_ok() {
                std::fs::rename(log, continued(aside, rest))?;
            }
        }
        std::fs::rename(&self.new, &self.target)?;
        backup::sync_folder_of(&self.target)?;
        Ok(is_there)
    }
}

impl Drop for Restoration {
    fn drop(&mut self) {
        remove(&self.new);
        if let Held::Readable { copy, .. } = &self.held {
            remove(copy);
        }
    }
}

/// Ends all that lets somebody in to a database that was restored by other means, but for passwords and the secrets of
/// clients, and `tokens_too` those of scripts.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn end_access(db: &Db, tokens_too: bool, now: Timestamp) -> Result<(), StorageError> {
    db.write((tokens_too, now), |tx, (tokens_too, now)| {
        Box::pin(async move {
            for (sql, takes_now) in merge::endings(*tokens_too) {
                tx.run(sql, takes_now.then_some(*now)).await?;
            }
            Ok(())
        })
    })
    .await
}

/// The name of a file with something behind it.
fn continued(file: &Path, rest: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(rest);
    PathBuf::from(name)
}

/// Removes a copy with what SQLite may have left beside it.
fn remove(copy: &Path) {
    for rest in ["", "-wal", "-shm", "-journal"] {
        let _it_may_not_be_there = std::fs::remove_file(continued(copy, rest));
    }
}

/// Brings a copy up to the schema of this version.
async fn bring_up_to_date(copy: &Path) -> Result<(), StorageError> {
    let options = SqliteConnectOptions::new().filename(copy).disable_statement_logging();
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.map_err(failed)?;
    let connection = SqlxSqliteConnector::from_sqlx_sqlite_pool(pool);
    migrate::to_latest(connection, Database::Sqlite).await?;
    Ok(())
}

async fn open(options: SqliteConnectOptions) -> Result<SqliteConnection, StorageError> {
    options.disable_statement_logging().connect().await.map_err(failed)
}

async fn setting(file: &Path, name: &str) -> Result<Option<String>, StorageError> {
    let mut connection = open(SqliteConnectOptions::new().filename(file)).await?;
    let row = sqlx::query("SELECT value FROM settings WHERE name = ?").bind(name);
    let row = row.fetch_optional(&mut connection).await.map_err(failed)?;
    connection.close().await.map_err(failed)?;
    row.map(|row| row.try_get(0)).transpose().map_err(failed)
}
