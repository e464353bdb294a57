use std::path::{Path, PathBuf};

use sqlx::Connection;
use sqlx::sqlite::SqliteConnection;

use super::{bring_up_to_date, setting};
use crate::backup::{self, beside};
use crate::{StorageError, exclusive};

/// What is in the place of a backup.
pub enum Replaced<'a> {
    /// Nothing.
    Nothing,
    /// A database that cannot be read, and why.
    Unreadable(&'a str),
    /// A database; of its settings [`Replaced::setting`] knows.
    Readable(&'a Path),
}

impl Replaced<'_> {
    /// What it remembers under `name`.
    ///
    /// # Errors
    /// [`StorageError`] if it cannot be read.
    pub async fn setting(&self, name: &str) -> Result<Option<String>, StorageError> {
        match self {
            Self::Readable(copy) => setting(copy, name).await,
            Self::Nothing | Self::Unreadable(_) => Ok(None),
        }
    }
}

/// The database that is to be replaced.
pub(super) enum Held {
    Nothing,
    Unreadable(String),
    Readable {
        /// Nobody else can open it while this is.
        lock: SqliteConnection,
        /// A copy of it, brought up to date.
        copy: PathBuf,
    },
}

impl Held {
    /// Takes the database out of use.
    ///
    /// # Errors
    /// [`StorageError::Busy`] while somebody has it open.
    pub(super) async fn take(file: &Path) -> Result<Self, StorageError> {
        if file.symlink_metadata().is_err() {
            return Ok(Self::Nothing);
        }
        let mut lock = match exclusive::open(file).await {
            Ok(lock) => lock,
            Err(StorageError::Busy) => return Err(StorageError::Busy),
            Err(error) => return Ok(Self::Unreadable(error.to_string())),
        };
        let copy = beside(file, "replacing");
        let copied = match read(&mut lock, &copy).await {
            Ok(()) => exclusive::hold(&mut lock).await,
            failed => failed,
        };
        match copied {
            Ok(()) => Ok(Self::Readable { lock, copy }),
            Err(StorageError::Busy) => Err(StorageError::Busy),
            Err(error) => {
                super::remove(&copy);
                let _it_cannot_be_read_anyway = lock.close().await;
                Ok(Self::Unreadable(error.to_string()))
            }
        }
    }

    /// Lets the database go, and forgets the copy.
    pub(super) async fn let_go(self) -> Result<(), StorageError> {
        let Self::Readable { lock, copy } = self else { return Ok(()) };
        super::remove(&copy);
        lock.close().await.map_err(backup::failed)
    }

    pub(super) fn found(&self) -> Replaced<'_> {
        match self {
            Self::Nothing => Replaced::Nothing,
            Self::Unreadable(reason) => Replaced::Unreadable(reason),
            Self::Readable { copy, .. } => Replaced::Readable(copy),
        }
    }
}

async fn read(lock: &mut SqliteConnection, copy: &Path) -> Result<(), StorageError> {
    backup::copy_from(lock, copy).await?;
    backup::check(copy).await?;
    bring_up_to_date(copy).await
}
