mod clock;
mod sqlite;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::str::FromStr;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait, DatabaseConnection, SqlxPostgresConnector, SqlxSqliteConnector, Statement};
use sqlx::pool::PoolOptions;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::sqlite::SqlitePoolOptions;
use sqlx::{ConnectOptions, Connection};
use tracing::Instrument;

use crate::transactions::Transactions;
use crate::tx::{Tx, Work};
use crate::writer::Writer;
use crate::{Changes, Epochs, StorageError};

pub(crate) use sqlite::make_private_folder;

/// How often a node looks at the epochs that other nodes may have raised.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// Longest that a request waits for a connection or for a lock.
const PATIENCE: Duration = Duration::from_secs(3);
/// Longest that a change waits until it begins on SQLite, or until it can be committed on PostgreSQL.
const CHANGE_PATIENCE: Duration = Duration::from_secs(5);
/// Longest that finding out why PostgreSQL cannot be reached takes, once it cannot.
const LAST_TRY: Duration = Duration::from_secs(1);

/// The kind of database that a URL names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Database {
    /// A file.
    Sqlite,
    /// A server.
    Postgres,
}

impl Database {
    /// Its name in answers to programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }

    /// The kind of database that `url` names.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`] if it is of no kind that is known.
    pub fn of(url: &str) -> Result<Self, StorageError> {
        match url.split_once(':').map(|(scheme, _)| scheme) {
            Some("sqlite") => Ok(Self::Sqlite),
            Some("postgres" | "postgresql") => Ok(Self::Postgres),
            _ => Err(StorageError::Unavailable(
                "database_url must begin with sqlite:// or postgres://".to_owned(),
            )),
        }
    }

    /// The file that `url` names; `None` if it is a server, or cannot be read.
    pub fn file(url: &str) -> Option<PathBuf> {
        match Self::of(url) {
            Ok(Self::Sqlite) => sqlite::file(url),
            _ => None,
        }
    }
}

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    read: DatabaseConnection,
    /// For looking at the epochs: behind a line of others the look would come too late to be believed.
    look: DatabaseConnection,
    write: Write,
    patience: Duration,
    epochs: Arc<Epochs>,
    changes: Arc<Changes>,
}

#[derive(Clone)]
enum Write {
    Sqlite(Writer),
    Postgres(Transactions),
}

impl Db {
    /// Opens the database that `url` names (`sqlite://path` or `postgres://…`) without changing its schema. A SQLite file
    /// that is not there is made, with its folder.
    ///
    /// # Errors
    /// [`StorageError`] if the URL is of neither kind or the database cannot be reached.
    pub async fn connect(url: &str) -> Result<Self, StorageError> {
        let (epochs, changes) = (Arc::new(Epochs::new()), Arc::new(Changes::default()));
        let (read, look, write) = match Database::of(url)? {
            Database::Sqlite => {
                let options = sqlite::options(url)?;
                let writer = SqlitePoolOptions::new().max_connections(1).min_connections(1);
                let writer = lasting(writer)
                    .test_before_acquire(false)
                    .after_release(sqlite::is_usable)
                    .connect_with(options.clone())
                    .await
                    .map_err(unreachable_database)?;
                let readers = SqlitePoolOptions::new().max_connections(4).min_connections(1);
                let readers = lasting(readers)
                    .test_before_acquire(false)
                    .connect_with(options.pragma("query_only", "on"))
                    .await
                    .map_err(unreachable_database)?;
                let writer = SqlxSqliteConnector::from_sqlx_sqlite_pool(writer);
                let write = Write::Sqlite(Writer::start(writer, Arc::clone(&epochs), Arc::clone(&changes)));
                let read = SqlxSqliteConnector::from_sqlx_sqlite_pool(readers);
                // No reader of a file waits for anybody for long.
                (read.clone(), read, write)
            }
            Database::Postgres => {
                let pool = lasting(PgPoolOptions::new().max_connections(16).min_connections(1));
                let pool = pool.test_before_acquire(false);
                let pool = connected(pool, postgres_options(url)?).await?;
                let look = lasting(PgPoolOptions::new().max_connections(1));
                let look = look.connect_lazy_with(postgres_options(url)?);
                let read = SqlxPostgresConnector::from_sqlx_postgres_pool(pool);
                let write = Transactions::new(read.clone(), Arc::clone(&epochs), Arc::clone(&changes));
                (read, SqlxPostgresConnector::from_sqlx_postgres_pool(look), Write::Postgres(write))
            }
        };
        Ok(Self { read, look, write, patience: CHANGE_PATIENCE, epochs, changes })
    }

    /// The same database for those who wait as long as this for their changes.
    #[cfg(test)]
    pub(crate) fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Brings the schema up to date and answers the names of the versions applied. Of several that try at once, one
    /// does it and the others find it done.
    ///
    /// # Errors
    /// [`StorageError`] if a migration fails, or if the database was migrated by a newer version than this.
    pub async fn migrate(url: &str) -> Result<Vec<String>, StorageError> {
        let connection = match Database::of(url)? {
            Database::Sqlite => {
                let pool = lasting(SqlitePoolOptions::new().max_connections(1));
                let pool = pool.connect_with(sqlite::options(url)?).await;
                SqlxSqliteConnector::from_sqlx_sqlite_pool(pool.map_err(unreachable_database)?)
            }
            Database::Postgres => {
                // Whoever comes second waits, and a change of a large table takes what it takes.
                let options =
                    postgres_options(url)?.options([("statement_timeout", "0"), ("lock_timeout", "0")]);
                let pool = lasting(PgPoolOptions::new().max_connections(1));
                SqlxPostgresConnector::from_sqlx_postgres_pool(connected(pool, options).await?)
            }
        };
        crate::migrate::to_latest(connection, Database::of(url)?).await
    }

    /// How many changes of the schema are due.
    ///
    /// # Errors
    /// [`StorageError`] if the database cannot be asked.
    pub async fn pending_migrations(&self) -> Result<usize, StorageError> {
        crate::migrate::pending(&self.read).await
    }

    /// Begins to look at the epochs, so that caches can be believed; until then nothing cached is.
    ///
    /// # Errors
    /// [`StorageError`] if the first look fails.
    pub async fn watch_epochs(&self) -> Result<(), StorageError> {
        look(&self.look, &self.epochs).await?;
        tokio::spawn(watch(self.look.clone(), Arc::downgrade(&self.epochs)));
        Ok(())
    }

    /// Closes every connection. Whoever has a clone can do nothing with it any more.
    pub async fn close(self) {
        if let Write::Sqlite(writer) = self.write {
            writer.close().await;
        }
        for connection in [self.look, self.read] {
            let _a_pool_closes_whatever_happens = connection.close().await;
        }
    }

    /// A connection for queries. Nothing can be changed through it on SQLite, and nothing may be on PostgreSQL.
    pub(crate) const fn read(&self) -> &DatabaseConnection {
        &self.read
    }

    /// What keeps caches over this database honest.
    pub fn epochs(&self) -> &Epochs {
        &self.epochs
    }

    /// How changes are doing.
    pub fn changes(&self) -> &Changes {
        &self.changes
    }

    /// Whether there is somebody to make changes, and the last of them did not fail.
    pub fn is_changeable(&self) -> bool {
        let is_there = match &self.write {
            Write::Sqlite(writer) => writer.is_there(),
            Write::Postgres(_) => true,
        };
        is_there && !self.changes.are_failing()
    }

    /// Which kind of database it is.
    pub const fn kind(&self) -> Database {
        match self.write {
            Write::Sqlite(_) => Database::Sqlite,
            Write::Postgres(_) => Database::Postgres,
        }
    }

    /// How much room the database takes, in bytes. A file may keep room that it does not need at the moment.
    ///
    /// # Errors
    /// [`StorageError`] if the database fails.
    pub async fn size(&self) -> Result<u64, StorageError> {
        let sql = match self.kind() {
            Database::Sqlite => {
                "SELECT p.page_count * s.page_size FROM pragma_page_count() p, pragma_page_size() s"
            }
            Database::Postgres => "SELECT pg_database_size(current_database())",
        };
        let statement = Statement::from_string(self.read.get_database_backend(), sql);
        let row = self.read.query_one_raw(statement).await?;
        let bytes = row.map(|row| row.try_get_by_index::<i64>(0)).transpose()?.unwrap_or_default();
        Ok(u64::try_from(bytes).unwrap_or_default())
    }

    /// Asks the database for a sign of life.
    ///
    /// # Errors
    /// [`StorageError`] if there is none.
    pub async fn ping(&self) -> Result<(), StorageError> {
        let statement = Statement::from_string(self.read.get_database_backend(), "SELECT 1");
        self.read.execute_raw(statement).await?;
        Ok(())
    }

    /// Runs `work` in a transaction, the only way to change anything. An `Ok` is answered after the commit is on disk;
    /// an `Err` undoes what the work did.
    ///
    /// The work may run more than once, and other work waits while it does: it holds nothing but statements, and all
    /// it needs of secrets, chance and time is in `input`.
    ///
    /// # Errors
    /// The work's own, or a [`StorageError`] turned into its type. After [`StorageError::Busy`] nothing has happened, nor
    /// will it later.
    pub async fn write<C, T, E, F>(&self, input: C, work: F) -> Result<T, E>
    where
        C: Send + Sync + 'static,
        T: Send + 'static,
        E: From<StorageError> + Send + 'static,
        F: for<'a> Fn(&'a Tx, &'a C) -> Work<'a, T, E> + Send + Sync + 'static,
    {
        let _waits = self.changes.waiting.one_more();
        // From when the change waits for its turn until it is on disk.
        let span =
            |system: &str| tracing::trace_span!("write", otel.kind = "client", db.system.name = system);
        match &self.write {
            Write::Sqlite(writer) => {
                writer.write(self.patience, input, work).instrument(span("sqlite")).await
            }
            Write::Postgres(transactions) => {
                transactions.write(self.patience, &input, &work).instrument(span("postgresql")).await
            }
        }
    }
}

fn unreachable_database(error: sqlx::Error) -> StorageError {
    StorageError::Unavailable(error.to_string())
}

/// Connects to PostgreSQL, and says why if that fails: a pool tries again until its time is up and then knows no more than
/// that it is.
async fn connected(pool: PgPoolOptions, options: PgConnectOptions) -> Result<PgPool, StorageError> {
    let error = match pool.connect_with(options.clone()).await {
        Ok(pool) => return Ok(pool),
        Err(sqlx::Error::PoolTimedOut) => {
            match tokio::time::timeout(LAST_TRY, PgConnection::connect_with(&options)).await {
                Ok(Err(error)) => error,
                // It answers after all, but late.
                Ok(Ok(_)) => return Err(StorageError::Busy),
                Err(_) => {
                    let told = "it does not answer; a firewall may be in between".to_owned();
                    return Err(StorageError::Unavailable(told));
                }
            }
        }
        Err(error) => error,
    };
    Err(match error {
        sqlx::Error::Io(error) => StorageError::Unavailable(error.to_string()),
        sqlx::Error::Database(error) => StorageError::Unavailable(error.message().to_owned()),
        error => unreachable_database(error),
    })
}

fn postgres_options(url: &str) -> Result<PgConnectOptions, StorageError> {
    let options = PgConnectOptions::from_str(url).map_err(unreachable_database)?;
    Ok(options
        .application_name("postern")
        .statement_cache_capacity(256)
        .disable_statement_logging()
        .options([("statement_timeout", "5s"), ("lock_timeout", "3s"), ("client_min_messages", "warning")]))
}

/// A pool whose connections stay until they break. It has no task that looks for idle ones: that task counts them while
/// others come and go, and once in a while counts without end.
fn lasting<DB: sqlx::Database>(options: PoolOptions<DB>) -> PoolOptions<DB> {
    options.acquire_timeout(PATIENCE).idle_timeout(None).max_lifetime(None)
}

async fn watch(connection: DatabaseConnection, epochs: Weak<Epochs>) {
    let mut ticks = tokio::time::interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let Some(epochs) = epochs.upgrade() else { return };
        if let Err(error) = look(&connection, &epochs).await {
            tracing::warn!(%error, "the epochs cannot be read: nothing cached is believed until they can");
        }
    }
}

async fn look(connection: &DatabaseConnection, epochs: &Epochs) -> Result<(), StorageError> {
    let asked_at = Instant::now();
    let statement =
        Statement::from_string(connection.get_database_backend(), "SELECT slot, value FROM epochs");
    let rows = connection.query_all_raw(statement).await?;
    let rows = rows
        .iter()
        .map(|row| Ok((row.try_get_by_index::<i64>(0)?, row.try_get_by_index::<i64>(1)?)))
        .collect::<Result<Vec<_>, sea_orm::DbErr>>()?;
    epochs.observe(&rows, asked_at);
    Ok(())
}
