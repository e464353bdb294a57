//! Bringing the schema up to date, by exactly one of those who try.

use postern_migrations::Migrator;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, SqliteTransactionMode, Statement, TransactionOptions,
    TransactionTrait,
};
use sea_orm_migration::{MigratorTrait, SchemaManager};

use crate::{Database, StorageError};

/// The advisory lock under which PostgreSQL is migrated: "postern" in ASCII.
const LOCK: i64 = 0x70_6f73_7465_726e;

pub(crate) async fn to_latest(
    connection: DatabaseConnection,
    database: Database,
) -> Result<Vec<String>, StorageError> {
    // Most starts and commands find nothing to do, and need not wait for the write lock to see it.
    if pending(&connection).await? == 0 {
        refuse_newer_schema(&connection).await?;
        connection.close().await?;
        return Ok(Vec::new());
    }
    // One transaction for all: whoever is killed in the middle leaves nothing half done, and on SQLite, where it takes
    // the only write lock there is, the others wait for it.
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let transaction = connection.begin_with_options(options).await?;
    if database == Database::Postgres {
        let lock = format!("SELECT pg_advisory_xact_lock({LOCK})");
        transaction.execute_raw(Statement::from_string(transaction.get_database_backend(), lock)).await?;
    }
    Migrator::install(&transaction).await?;
    refuse_newer_schema(&transaction).await?;
    let pending = Migrator::get_pending_migrations(&transaction).await?;
    let names = pending.iter().map(|migration| migration.name().to_owned()).collect::<Vec<_>>();
    if !names.is_empty() {
        Migrator::up(&transaction, None).await?;
    }
    transaction.commit().await?;
    connection.close().await?;
    Ok(names)
}

/// A database that a newer version has migrated is not ours to write to.
async fn refuse_newer_schema(connection: &impl ConnectionTrait) -> Result<(), StorageError> {
    let known: Vec<String> =
        Migrator::migrations().iter().map(|migration| migration.name().to_owned()).collect();
    let statement =
        Statement::from_string(connection.get_database_backend(), "SELECT version FROM seaql_migrations");
    for row in connection.query_all_raw(statement).await? {
        let version: String = row.try_get_by_index(0)?;
        if !known.contains(&version) {
            return Err(StorageError::Unavailable(format!(
                "the database was migrated by a newer version of Postern ({version}); run that version, or restore a backup"
            )));
        }
    }
    Ok(())
}

/// How many changes of the schema are due; nothing is changed to find out.
pub(crate) async fn pending(connection: &DatabaseConnection) -> Result<usize, StorageError> {
    let manager = SchemaManager::new(connection);
    let all = Migrator::migrations().len();
    if !manager.has_table("seaql_migrations").await? {
        return Ok(all);
    }
    let statement =
        Statement::from_string(connection.get_database_backend(), "SELECT COUNT(*) FROM seaql_migrations");
    let row = connection.query_one_raw(statement).await?;
    let applied = row.map(|row| row.try_get_by_index::<i64>(0)).transpose()?.unwrap_or(0);
    Ok(all.saturating_sub(usize::try_from(applied).unwrap_or(0)))
}
