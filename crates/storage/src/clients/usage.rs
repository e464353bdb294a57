use std::collections::HashMap;

use postern_domain::{ClientId, SecretId, Timestamp};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, Statement, Value};
use uuid::Uuid;

use super::rows::row::{Column, Entity};
use super::secrets;
use crate::{Db, StorageError, Tx};

/// How much a client is used. What there is more of than [`ClientUsage::MOST_COUNTED`] is counted no further.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClientUsage {
    /// People for whom it holds a token that works.
    pub users: u64,
    /// Its access and refresh tokens that work.
    pub live_tokens: u64,
    /// Its refused calls that are kept and were refused since the moment asked about.
    pub recent_errors: u64,
}

impl ClientUsage {
    /// Most people and tokens that are counted; one more stands for all that are beyond.
    pub const MOST_COUNTED: u64 = 10_000;
}

/// Writes down that a client was used at `now`, and which secret it proved itself with, if with one. Worth calling when
/// [`Client::wants_touch`](postern_domain::Client::wants_touch) says so.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn touch(
    tx: &Tx,
    id: ClientId,
    with: Option<SecretId>,
    now: Timestamp,
) -> Result<(), StorageError> {
    let older = Condition::any().add(Column::LastUsedAt.is_null()).add(Column::LastUsedAt.lt(now.0));
    let updated = Entity::update_many()
        .col_expr(Column::LastUsedAt, Expr::value(now.0))
        .filter(Column::Id.eq(id.0))
        .filter(older)
        .exec(tx.connection())
        .await?;
    let secret_updated = match with {
        Some(secret) => secrets::touch(tx, secret, now).await?,
        None => false,
    };
    if updated.rows_affected == 1 || secret_updated {
        // So that what is cached knows of it, and the next use does not write again.
        tx.invalidate(id.0);
    }
    Ok(())
}

/// How much each of these clients is used at `now`, with its refused calls since `errors_since`.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn usage(
    db: &Db,
    clients: &[ClientId],
    now: Timestamp,
    errors_since: Timestamp,
) -> Result<HashMap<ClientId, ClientUsage>, StorageError> {
    let mut usage: HashMap<_, _> = clients.iter().map(|id| (*id, ClientUsage::default())).collect();
    if clients.is_empty() {
        return Ok(usage);
    }
    // One bounded look into the index of what works for each client: a popular one has millions.
    let of_client = |place: usize| {
        format!(
            "SELECT * FROM (SELECT ${place}, COUNT(DISTINCT user_id), COUNT(*) FROM (SELECT t.user_id FROM tokens t \
             JOIN grants g ON g.id = t.grant_id WHERE t.client_id = ${place} AND t.kind IN ('at', 'rt') \
             AND t.revoked_at IS NULL AND t.consumed_at IS NULL AND g.revoked_at IS NULL AND t.expires_at > $1 \
             LIMIT {}) live) counted",
            ClientUsage::MOST_COUNTED + 1
        )
    };
    let tokens: Vec<String> = (2..clients.len() + 2).map(of_client).collect();
    let tokens = tokens.join(" UNION ALL ");
    for (client, users, live_tokens) in counts(db, &tokens, now, clients).await? {
        let entry = usage.entry(client).or_default();
        (entry.users, entry.live_tokens) = (users, live_tokens);
    }
    for (client, recent_errors) in count_errors(db, clients, errors_since).await? {
        usage.entry(client).or_default().recent_errors = recent_errors;
    }
    Ok(usage)
}

/// How many refused calls since `since` are kept of those of these clients that have any.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn count_errors(
    db: &Db,
    clients: &[ClientId],
    since: Timestamp,
) -> Result<HashMap<ClientId, u64>, StorageError> {
    if clients.is_empty() {
        return Ok(HashMap::new());
    }
    let errors = format!(
        "SELECT client_id, COUNT(*), COUNT(*) FROM client_errors \
         WHERE at > $1 AND client_id IN ({}) GROUP BY client_id",
        places(clients)
    );
    let counted = counts(db, &errors, since, clients).await?;
    Ok(counted.into_iter().map(|(client, count, _)| (client, count)).collect())
}

/// The places of the clients in a statement, behind the moment.
fn places(clients: &[ClientId]) -> String {
    let places: Vec<String> = (2..clients.len() + 2).map(|n| format!("${n}")).collect();
    places.join(", ")
}

async fn counts(
    db: &Db,
    sql: &str,
    moment: Timestamp,
    clients: &[ClientId],
) -> Result<Vec<(ClientId, u64, u64)>, StorageError> {
    let values = std::iter::once(Value::from(moment.0)).chain(clients.iter().map(|id| id.0.into()));
    let statement = Statement::from_sql_and_values(db.read().get_database_backend(), sql, values);
    let rows = db.read().query_all_raw(statement).await?;
    let count = |number: i64| u64::try_from(number).unwrap_or(0);
    rows.iter()
        .map(|row| {
            let client = ClientId(row.try_get_by_index::<Uuid>(0)?);
            Ok((client, count(row.try_get_by_index(1)?), count(row.try_get_by_index(2)?)))
        })
        .collect()
}
