//! What is measured of the server, on one database.

use std::{path::Path, time::Duration};

use anyhow::Context as _;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, Row as _};
use url::Url;

use crate::{
    grants::{REDIRECT_URI, User},
    limits,
    load::{self, Measured, Watched},
    options::{Database, Options},
    process::Process,
    server::{Client, Instance},
};

/// Virtual users of the flow, introspection and userinfo, as other servers were measured.
const USERS: usize = 16;
/// Accounts they share; each virtual user is a browser of its own.
const ACCOUNTS: usize = 16;
/// Refreshes under way at once.
const REFRESHES: usize = 64;
/// How often a cold start is repeated; the median counts.
const STARTS: usize = 3;
const SCOPE: &str = "openid profile email";
const PASSWORD: &str = "correct-horse-7-battery";

/// Everything measured on one database.
pub(crate) struct OnDatabase {
    pub(crate) name: &'static str,
    pub(crate) flow: Measured,
    pub(crate) refresh: Measured,
    pub(crate) plain_refresh: Measured,
    pub(crate) introspect: Measured,
    pub(crate) userinfo: Measured,
    /// How many times a second this database does what a refresh asks of it.
    pub(crate) refresh_statements: f64,
    /// Start on this database to the first answer.
    pub(crate) cold_start: Duration,
    /// MiB: after the start and five seconds of rest, and the most under the load.
    pub(crate) idle_memory: f64,
    pub(crate) peak_memory: f64,
}

/// Measures the server on a new database.
pub(crate) async fn measure(options: &Options, database: &Database) -> anyhow::Result<OnDatabase> {
    let (url, database_process) = prepare(database).await?;
    let instance = Instance::new(options, |folder: &Path| {
        url.unwrap_or_else(|| format!("sqlite://{}", folder.join("postern.db").display()))
    })?;
    let running = instance.start().await?;
    let client = instance.create_client(REDIRECT_URI, SCOPE)?;
    let watched = Watched { server: running.process(), database: database_process };
    for number in 0..ACCOUNTS {
        instance.create_user(&account(number), PASSWORD)?;
    }
    let mut users = sign_in(&instance, &client, USERS, SCOPE).await?;
    let flow = load::run(options, watched, &mut users, User::flow).await.context("flow")?;
    let introspect = load::run(options, watched, &mut users, User::introspect).await.context("introspect")?;
    let userinfo = load::run(options, watched, &mut users, User::userinfo).await.context("userinfo")?;
    let mut users = sign_in(&instance, &client, REFRESHES, SCOPE).await?;
    let refresh = load::run(options, watched, &mut users, User::refresh).await.context("refresh")?;
    let mut users = sign_in(&instance, &client, REFRESHES, "email").await?;
    let plain_refresh = load::run(options, watched, &mut users, User::refresh).await.context("refresh")?;
    let (_, peak_memory) = running.process().memory()?;
    drop(running);
    let (cold_start, idle_memory) = cold_starts(&instance).await?;
    let refresh_statements = limits::refresh_statements(options, instance.database_url())?;
    let name = database.name();
    Ok(OnDatabase {
        name,
        flow,
        refresh,
        plain_refresh,
        introspect,
        userinfo,
        refresh_statements,
        cold_start,
        idle_memory,
        peak_memory,
    })
}

async fn sign_in(
    instance: &Instance,
    client: &Client,
    count: usize,
    scope: &str,
) -> anyhow::Result<Vec<User>> {
    let mut users = Vec::new();
    for number in 0..count {
        let mut user = User::new(account(number % ACCOUNTS), instance.port, client, scope)?;
        user.sign_in(PASSWORD).await.with_context(|| format!("sign in {}", user.name))?;
        users.push(user);
    }
    Ok(users)
}

fn account(number: usize) -> String {
    format!("bench-{number}")
}

/// Starts the server several times on the database as it is now. Answers the median time to the first answer, and the
/// memory at rest.
async fn cold_starts(instance: &Instance) -> anyhow::Result<(Duration, f64)> {
    let mut times = Vec::new();
    let mut memory = 0.0;
    for last in (0..STARTS).rev() {
        let running = instance.start().await?;
        times.push(running.first_answer);
        if last == 0 {
            tokio::time::sleep(Duration::from_secs(5)).await;
            memory = running.process().memory()?.0;
        }
    }
    times.sort_unstable();
    Ok((times.get(times.len() / 2).copied().unwrap_or_default(), memory))
}

/// A new database on PostgreSQL, with the process to watch; on SQLite there is nothing to prepare.
async fn prepare(database: &Database) -> anyhow::Result<(Option<String>, Option<Process>)> {
    let Database::Postgres(server) = database else { return Ok((None, None)) };
    let mut connection = PgConnection::connect(server).await.context("reach PostgreSQL")?;
    let name = format!("bench_{}", std::process::id());
    connection.execute(AssertSqlSafe(format!("DROP DATABASE IF EXISTS {name}"))).await?;
    connection.execute(AssertSqlSafe(format!("CREATE DATABASE {name}"))).await?;
    // The parent of any backend is the process whose children do all the work.
    let backend: i32 = connection.fetch_one("SELECT pg_backend_pid()").await?.try_get(0)?;
    let process = u32::try_from(backend).ok().and_then(|backend| Process(backend).parent());
    let mut url = Url::parse(server)?;
    url.set_path(&name);
    Ok((Some(url.into()), process))
}
