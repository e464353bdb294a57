//! What a refresh asks of its database, done by nothing but a loop: the most that refreshing could reach.
//!
//! The statements are those of the server's refresh, on the tables and rows it left behind: read the token with its
//! grant, mark it as used if nobody else has, insert its successors. On SQLite a group of them shares a commit, as in
//! the server; on PostgreSQL each has its own, on as many connections as the server keeps.

use std::{
    sync::LazyLock,
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use aws_lc_rs::rand;
use futures_util::future::try_join_all;
use sqlx::{
    Connection as _, Executor as _, PgConnection, SqliteConnection,
    types::{Uuid, uuid::Builder},
};

use crate::commits::{GROUP, open_sqlite};

const TIME: Duration = Duration::from_secs(5);
/// Connections that the server keeps to PostgreSQL at most.
const CONNECTIONS: usize = 16;

const FIND_LIVE: &str = "SELECT kind, hash, grant_id, client_id, user_id, permit, data, created_at, expires_at \
    FROM tokens WHERE kind = 'rt' AND consumed_at IS NULL AND revoked_at IS NULL LIMIT 64";
const READ: &str = "SELECT tokens.*, grants.* FROM tokens LEFT JOIN grants ON grants.id = tokens.grant_id \
    WHERE tokens.hash = $1";
const CONSUME: &str = "UPDATE tokens SET consumed_at = $1, successor = $2 WHERE hash = $3 AND kind = $4 \
    AND client_id = $5 AND consumed_at IS NULL AND revoked_at IS NULL AND expires_at > $6";
const INSERT: &str = "INSERT INTO tokens (id, kind, hash, grant_id, client_id, user_id, permit, data, created_at, \
    expires_at, consumed_at, revoked_at, last_used_at, successor) VALUES \
    ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, NULL, NULL, NULL, NULL), \
    ($11, $12, $13, $14, $15, $16, $17, $18, $19, $20, NULL, NULL, NULL, NULL)";

/// A refresh token as it is kept.
struct Kept {
    kind: String,
    hash: Vec<u8>,
    grant_id: Option<Uuid>,
    client_id: Option<Uuid>,
    user_id: Option<Uuid>,
    permit: String,
    data: Option<String>,
    created_at: i64,
    expires_at: Option<i64>,
}

type Row =
    (String, Vec<u8>, Option<Uuid>, Option<Uuid>, Option<Uuid>, String, Option<String>, i64, Option<i64>);

impl From<Row> for Kept {
    fn from(row: Row) -> Self {
        let (kind, hash, grant_id, client_id, user_id, permit, data, created_at, expires_at) = row;
        Self { kind, hash, grant_id, client_id, user_id, permit, data, created_at, expires_at }
    }
}

/// Refreshes a second that the statements alone reach on the database at `url`.
pub(crate) async fn rate(url: &str) -> anyhow::Result<f64> {
    match url.strip_prefix("sqlite://") {
        Some(file) => on_sqlite(file).await,
        None => on_postgres(url).await,
    }
}

async fn on_sqlite(file: &str) -> anyhow::Result<f64> {
    let mut connection = open_sqlite(file.as_ref()).await?;
    let rows: Vec<Row> = sqlx::query_as(FIND_LIVE).fetch_all(&mut connection).await?;
    let mut tokens: Vec<Kept> = rows.into_iter().map(Kept::from).collect();
    ensure!(!tokens.is_empty(), "the server left no refresh token behind");
    let begin = Instant::now();
    let mut count = 0_u32;
    while begin.elapsed() < TIME {
        connection.execute("BEGIN IMMEDIATE").await?;
        for number in 0..GROUP {
            let at = number % tokens.len();
            let token = tokens.get_mut(at).context("a token")?;
            sqlite::refresh(&mut connection, token).await?;
            count += 1;
        }
        connection.execute("COMMIT").await?;
    }
    let rate = f64::from(count) / begin.elapsed().as_secs_f64();
    connection.close().await?;
    Ok(rate)
}

async fn on_postgres(url: &str) -> anyhow::Result<f64> {
    let mut connection = PgConnection::connect(url).await?;
    let tokens: Vec<Row> = sqlx::query_as(FIND_LIVE).fetch_all(&mut connection).await?;
    ensure!(!tokens.is_empty(), "the server left no refresh token behind");
    let begin = Instant::now();
    let counts = try_join_all(
        tokens.into_iter().take(CONNECTIONS).map(|token| repeat_on_postgres(url, token.into(), begin)),
    );
    let count: u32 = counts.await?.into_iter().sum();
    Ok(f64::from(count) / begin.elapsed().as_secs_f64())
}

async fn repeat_on_postgres(url: &str, mut token: Kept, begin: Instant) -> anyhow::Result<u32> {
    let mut connection = PgConnection::connect(url).await?;
    let mut count = 0;
    while begin.elapsed() < TIME {
        connection.execute("BEGIN").await?;
        postgres::refresh(&mut connection, &mut token).await?;
        connection.execute("COMMIT").await?;
        count += 1;
    }
    Ok(count)
}

/// The same statements for a kind of connection: sqlx's types differ, nothing else does.
macro_rules! refresh_on {
    ($module:ident, $connection:ty) => {
        mod $module {
            use super::*;

            pub(super) async fn refresh(
                connection: &mut $connection,
                token: &mut Kept,
            ) -> anyhow::Result<()> {
                let next = random()?.to_vec();
                sqlx::query(READ).bind(&token.hash).fetch_one(&mut *connection).await?;
                let consumed = sqlx::query(CONSUME)
                    .bind(token.created_at)
                    .bind([0_u8; 150].as_slice())
                    .bind(&token.hash)
                    .bind(&token.kind)
                    .bind(token.client_id)
                    .bind(token.created_at)
                    .execute(&mut *connection)
                    .await?;
                ensure!(consumed.rows_affected() == 1, "a token was not live");
                let mut insert = sqlx::query(INSERT);
                for (kind, hash) in [("at", random()?.to_vec()), (token.kind.as_str(), next.clone())] {
                    insert = insert
                        .bind(id(token.created_at)?)
                        .bind(kind.to_owned())
                        .bind(hash)
                        .bind(token.grant_id)
                        .bind(token.client_id)
                        .bind(token.user_id)
                        .bind(&token.permit)
                        .bind(&token.data)
                        .bind(token.created_at)
                        .bind(token.expires_at);
                }
                insert.execute(&mut *connection).await?;
                token.hash = next;
                Ok(())
            }
        }
    };
}

refresh_on!(sqlite, SqliteConnection);
refresh_on!(postgres, PgConnection);

fn random() -> anyhow::Result<[u8; 32]> {
    let mut bytes = [0; 32];
    rand::fill(&mut bytes).context("chance")?;
    Ok(bytes)
}

/// An id as the server makes them: a version 7 UUID, so that rows made together lie together.
fn id(created_at: i64) -> anyhow::Result<Uuid> {
    static BEGIN: LazyLock<Instant> = LazyLock::new(Instant::now);
    let bytes = random()?;
    let chance = bytes.first_chunk().context("ten bytes")?;
    let millis = u64::try_from(created_at)? * 1_000 + u64::try_from(BEGIN.elapsed().as_millis())?;
    Ok(Builder::from_unix_timestamp_millis(millis, chance).into_uuid())
}
