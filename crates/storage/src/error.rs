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
    /// There is no room for the change; nothing was changed on our behalf.
    #[error("the disk of the database is full")]
    Full,
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
            Self::Full => Self::Full,
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
        match sql_state(&error).as_deref().and_then(Trouble::of) {
            Some(Trouble::Late) => Self::Busy,
            Some(Trouble::Full) => Self::Full,
            Some(Trouble::Away) => Self::Unavailable(error.to_string()),
            None => Self::Database(error),
        }
    }
}

/// Trouble of the database's own, which no change is to blame for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    /// A lock was held, or a statement took, for too long.
    Late,
    /// It is out of room.
    Full,
    /// It is shut down, starting, or takes no changes.
    Away,
}

impl Trouble {
    fn of(code: &str) -> Option<Self> {
        match code {
            // PostgreSQL's codes have five characters: the lock and statement time-outs ...
            "55P03" | "57014" => Some(Self::Late),
            "53100" => Some(Self::Full),
            // ... shut down, starting, a standby, an I/O error, a lost connection (08), no resources (53).
            "57P01" | "57P02" | "57P03" | "25006" | "58030" => Some(Self::Away),
            code if code.len() == 5 => {
                (code.starts_with("08") || code.starts_with("53")).then_some(Self::Away)
            }
            // SQLite's are numbers whose last byte is the kind: busy, locked; full; read-only, I/O, cannot open.
            code => match code.parse::<u32>().ok()? & 0xff {
                5 | 6 => Some(Self::Late),
                13 => Some(Self::Full),
                8 | 10 | 14 => Some(Self::Away),
                _ => None,
            },
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
            StorageError::Full => Self::temporarily_unavailable(
                "the disk of this server is full, and nothing was changed; whoever runs it has to make room",
            )
            .caused_by(error),
            StorageError::Busy | StorageError::Unavailable(_) => Self::temporarily_unavailable(
                "the server cannot reach its database in time; try again in a moment",
            )
            .caused_by(error),
            _ => Self::because(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trouble_of_the_database_is_nobodys_mistake() {
        for code in ["5", "6", "261", "262", "517", "773", "55P03", "57014"] {
            assert_eq!(Trouble::of(code), Some(Trouble::Late), "{code}");
        }
        for code in ["13", "53100"] {
            assert_eq!(Trouble::of(code), Some(Trouble::Full), "{code}");
        }
        for code in ["8", "10", "1034", "14", "57P01", "57P03", "25006", "08006", "53200", "53300"] {
            assert_eq!(Trouble::of(code), Some(Trouble::Away), "{code}");
        }
        for code in ["1", "19", "2067", "23505", "40001", "40P01", "42P01", "22021"] {
            assert_eq!(Trouble::of(code), None, "{code}");
        }
    }
}
