//! PostgreSQL for tests: an empty database each, on the server that `cargo xtask test` hands over.

use anyhow::Context as _;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use url::Url;

/// The variable that names the server, by an account that may make databases.
const SERVER: &str = "TEST_POSTGRES_URL";
/// The variable that `cargo xtask test --sqlite-only` sets.
const SQLITE_ONLY: &str = "POSTERN_TEST_SQLITE_ONLY";

/// Whether this run was told to leave PostgreSQL out.
pub fn is_left_out() -> bool {
    std::env::var_os(SQLITE_ONLY).is_some()
}

/// Makes an empty database and answers its URL.
///
/// # Errors
/// When no server is named, with the remedy, or when it refuses.
pub async fn fresh_database() -> anyhow::Result<String> {
    let server = std::env::var(SERVER).with_context(|| {
        format!(
            "no PostgreSQL: run `cargo xtask test`, or set {SERVER} to a server where databases may be made"
        )
    })?;
    let name = format!("postern_{}", uuid::Uuid::new_v4().simple());
    let mut connection = PgConnection::connect(&server).await.context("reach PostgreSQL")?;
    connection.execute(AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.context("make a database")?;
    connection.close().await?;
    let mut url = Url::parse(&server)?;
    url.set_path(&name);
    Ok(url.into())
}
