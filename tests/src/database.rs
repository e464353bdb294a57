use std::path::Path;

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, Row as _};
use url::Url;

use crate::address::unique;

/// Names of the databases that tests make.
const PREFIX: &str = "postern_test_";

/// A kind of database the server runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// SQLite, in the instance's folder.
    Sqlite,
    /// PostgreSQL, on the server of `TEST_POSTGRES_URL`.
    Postgres,
}

impl Engine {
    /// Whether the run covers it: SQLite always, PostgreSQL unless `POSTERN_TEST_SQLITE_ONLY` is set.
    pub fn is_wanted(self) -> bool {
        self == Self::Sqlite || std::env::var_os("POSTERN_TEST_SQLITE_ONLY").is_none()
    }
}

/// A database of an instance's own. One on PostgreSQL is dropped with this value.
#[derive(Debug)]
pub struct Database {
    /// The `database_url` of the configuration.
    pub url: String,
    engine: Engine,
}

impl Database {
    /// A new, empty database.
    ///
    /// # Panics
    /// If there is no PostgreSQL to make it on; says what to do.
    pub fn create(engine: Engine, folder: &Path) -> Self {
        let url = match engine {
            Engine::Sqlite => format!("sqlite://{}", folder.join("postern.db").display()),
            Engine::Postgres => {
                let name = unique(&format!("{PREFIX}{}_", std::process::id()));
                on_server(vec![format!("CREATE DATABASE {name}")]);
                let mut url = server();
                url.set_path(&name);
                url.into()
            }
        };
        Self { url, engine }
    }

    /// The kind it is of.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// What one cell of a query's only row holds, read past the server.
    ///
    /// # Panics
    /// If the query fails.
    pub async fn number(&self, sql: &str) -> i64 {
        match self.engine {
            Engine::Sqlite => {
                let mut connection =
                    sqlx::SqliteConnection::connect(&self.url).await.expect("open the database");
                let row = connection.fetch_one(AssertSqlSafe(sql)).await.expect("one row");
                row.get(0)
            }
            Engine::Postgres => {
                let mut connection = PgConnection::connect(&self.url).await.expect("open the database");
                let row = connection.fetch_one(AssertSqlSafe(sql)).await.expect("one row");
                row.get(0)
            }
        }
    }

    /// Changes the database past the server, to bring about what takes too long otherwise.
    ///
    /// # Panics
    /// If a statement fails.
    pub async fn execute(&self, sql: &str) {
        match self.engine {
            Engine::Sqlite => {
                let mut connection =
                    sqlx::SqliteConnection::connect(&self.url).await.expect("open the database");
                connection.execute(AssertSqlSafe(sql)).await.expect("a statement");
            }
            Engine::Postgres => {
                let mut connection = PgConnection::connect(&self.url).await.expect("open the database");
                connection.execute(AssertSqlSafe(sql)).await.expect("a statement");
            }
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if self.engine == Engine::Postgres {
            let name = self.url.rsplit('/').next().unwrap_or_default().to_owned();
            on_server(vec![format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")]);
        }
    }
}

/// Drops the databases that tests of earlier runs have left behind, as those do that are shared until the end. One
/// that is in use stays.
pub(crate) fn drop_left_behind() {
    let found = on_server(vec![format!("SELECT datname FROM pg_database WHERE datname LIKE '{PREFIX}%'")]);
    let own = format!("{PREFIX}{}_", std::process::id());
    for name in found.into_iter().filter(|name| !name.starts_with(&own)) {
        let of_process = name.trim_start_matches(PREFIX).split('_').next().unwrap_or_default();
        if !Path::new("/proc").join(of_process).exists() {
            let _ = std::panic::catch_unwind(|| on_server(vec![format!("DROP DATABASE IF EXISTS {name}")]));
        }
    }
}

fn server() -> Url {
    let url = std::env::var("TEST_POSTGRES_URL").expect(
        "TEST_POSTGRES_URL is not set: `cargo xtask test` starts a PostgreSQL and sets it. Or set it to a server where \
         databases may be made, such as postgres://user:password@127.0.0.1/postgres, or set \
         POSTERN_TEST_SQLITE_ONLY=1 to leave PostgreSQL out",
    );
    Url::parse(&url).expect("TEST_POSTGRES_URL is a URL")
}

/// Runs statements one after the other and answers the first column of the last one's rows. On a thread of its own,
/// since a test's thread, on which values are dropped, may not block on a runtime.
fn on_server(statements: Vec<String>) -> Vec<String> {
    let run = || async move {
        let mut connection =
            PgConnection::connect(server().as_str()).await.expect("connect to TEST_POSTGRES_URL");
        let mut found = Vec::new();
        for sql in statements {
            let rows = connection.fetch_all(AssertSqlSafe(sql)).await.expect("a statement of the harness");
            found = rows.iter().map(|row| row.try_get(0).unwrap_or_default()).collect();
        }
        found
    };
    let thread = std::thread::spawn(|| {
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(run())
    });
    thread.join().expect("statements on TEST_POSTGRES_URL")
}
