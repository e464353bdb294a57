//! The databases an instance is made on.

use std::path::Path;

use anyhow::Context as _;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use url::Url;

/// A database to be judged on.
#[derive(Clone, Debug)]
pub(crate) enum Database {
    /// A file in the instance's folder.
    Sqlite,
    /// A new database on this server.
    Postgres(String),
}

impl Database {
    /// What it is called in tables.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres(_) => "PostgreSQL",
        }
    }

    /// Makes it where that is needed, and gives its URL; `folder` is the instance's.
    ///
    /// # Errors
    /// When the server can't be reached or the account may not make databases.
    pub(crate) async fn prepare(&self, folder: &Path) -> anyhow::Result<String> {
        match self {
            Self::Sqlite => Ok(format!("sqlite://{}", folder.join("postern.db").display())),
            Self::Postgres(server) => {
                let mut url = Url::parse(server).context("read the URL of --database")?;
                self.command(&format!("CREATE DATABASE {}", scratch_name())).await?;
                url.set_path(&scratch_name());
                Ok(url.into())
            }
        }
    }

    /// Removes what [`Self::prepare`] made on a server.
    ///
    /// # Errors
    /// When the server can't be reached any more.
    pub(crate) async fn remove(&self) -> anyhow::Result<()> {
        self.command(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", scratch_name())).await
    }

    async fn command(&self, sql: &str) -> anyhow::Result<()> {
        if let Self::Postgres(server) = self {
            let mut connection =
                PgConnection::connect(server).await.context("reach the server of --database")?;
            connection.execute(AssertSqlSafe(sql.to_owned())).await.with_context(|| sql.to_owned())?;
        }
        Ok(())
    }
}

fn scratch_name() -> String {
    format!("postern_conformance_{}", std::process::id())
}
