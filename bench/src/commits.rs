//! Synced commits on SQLite, with the server's own settings.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use sqlx::{
    ConnectOptions as _, Connection as _, Executor as _, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

/// How long it is measured.
const TIME: Duration = Duration::from_secs(3);
/// Changes that share a commit, where they do.
pub(crate) const GROUP: usize = 64;

/// Rows a second in commits of `group` rows, each commit synced to disk.
pub(crate) async fn rate(group: usize) -> anyhow::Result<f64> {
    let folder = tempfile::tempdir()?;
    let mut connection = open_sqlite(&folder.path().join("commits.db")).await?;
    connection.execute("CREATE TABLE rows (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID").await?;
    let begin = Instant::now();
    let mut rows = 0_u32;
    while begin.elapsed() < TIME {
        connection.execute("BEGIN IMMEDIATE").await?;
        for _ in 0..group {
            connection.execute("INSERT INTO rows VALUES (randomblob(32), randomblob(200))").await?;
            rows += 1;
        }
        connection.execute("COMMIT").await?;
    }
    let rate = f64::from(rows) / begin.elapsed().as_secs_f64();
    connection.close().await?;
    Ok(rate)
}

/// Opens a SQLite file with the server's own settings.
pub(crate) async fn open_sqlite(file: &Path) -> anyhow::Result<SqliteConnection> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .disable_statement_logging();
    let mut connection = options.connect().await?;
    connection.execute("PRAGMA wal_autocheckpoint = 4000").await?;
    Ok(connection)
}
