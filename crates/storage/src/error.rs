use postern_domain::Refusal;
use sea_orm::{DbErr, RuntimeErr};

/// Why a query or a change did not happen.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The database did not get round to it in time; nothing was changed on our behalf.
    #[error("the database is busy")]
    Busy,
    /// The database cannot be reached.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// A row cannot be read as what it should be.
    #[error("a row of {table} cannot be read: {reason}")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// What is wrong with the row.
        reason: String,
    },
    /// A value that must be unique is taken.
    #[error("{0} is taken")]
    Taken(String),
    /// Anything else the database says.
    #[error(transparent)]
    Database(DbErr),
}

impl StorageError {
    /// The same failure once more, for each of those whose changes it undid.
    pub(crate) fn same(&self) -> Self {
        match self {
            Self::Busy => Self::Busy,
            other => Self::Unavailable(other.to_string()),
        }
    }

    /// Whether the same change may succeed when it is tried again at once: PostgreSQL found that two changes met.
    pub(crate) fn is_conflict(&self) -> bool {
        matches!(self, Self::Database(error) if matches!(sql_state(error).as_deref(), Some("40001" | "40P01")))
    }
}

impl From<DbErr> for StorageError {
    fn from(error: DbErr) -> Self {
        if let Some(sea_orm::SqlErr::UniqueConstraintViolation(what)) = error.sql_err() {
            return Self::Taken(what);
        }
        match &error {
            DbErr::ConnectionAcquire(_) => return Self::Busy,
            DbErr::Conn(reason) => return Self::Unavailable(reason.to_string()),
            DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause)) => {
                match cause.as_ref() {
                    sqlx::Error::Io(reason) => return Self::Unavailable(reason.to_string()),
                    sqlx::Error::PoolTimedOut => return Self::Busy,
                    sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => {
                        return Self::Unavailable(cause.to_string());
                    }
                    _ => {}
                }
            }
            _ => {}
        }
        match sql_state(&error).as_deref() {
            // SQLite: busy and locked. PostgreSQL: shutting down, starting, cannot connect now.
            Some("5" | "6" | "261" | "262" | "517") => Self::Busy,
            Some("57P01" | "57P02" | "57P03") => Self::Unavailable(error.to_string()),
            _ => Self::Database(error),
        }
    }
}

/// The database's own code of an error.
fn sql_state(error: &DbErr) -> Option<String> {
    let (DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause))) = error
    else {
        return None;
    };
    match cause.as_ref() {
        sqlx::Error::Database(error) => error.code().map(|code| code.into_owned()),
        _ => None,
    }
}

/// A storage error becomes `server_error` or `temporarily_unavailable`; what it says goes to the log, never out.
impl From<StorageError> for Refusal {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Busy | StorageError::Unavailable(_) => Self::temporarily_unavailable(
                "the server cannot reach its database in time; try again in a moment",
            )
            .caused_by(error),
            _ => Self::because(error),
        }
    }
}
