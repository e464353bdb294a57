use std::collections::BTreeSet;

use postern_domain::{Claim, ClientId, Consent, Permit, Scopes, Timestamp, UserId};
use sea_orm::entity::prelude::*;
use sea_orm::{QueryResult, Statement};

use super::{Column, Entity};
use crate::mapping::from_json;
use crate::{Db, StorageError};

/// A client that holds access of a person, by consent or by a live token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// The client.
    pub client_id: ClientId,
    /// Since when.
    pub since: Timestamp,
    /// When it last used a token of the person's, to within some minutes.
    pub last_used_at: Option<Timestamp>,
    /// All it was allowed.
    pub scopes: Scopes,
    /// The claims that it was allowed by name beyond those.
    pub claims: BTreeSet<Claim>,
}

/// Where a list of connections goes on: behind the last one that was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionCursor {
    /// When that one was last used or, if never, since when it is there.
    pub at: Timestamp,
    /// Its client.
    pub client_id: ClientId,
}

impl Connection {
    /// The cursor behind this one.
    pub fn cursor(&self) -> ConnectionCursor {
        ConnectionCursor { at: self.last_used_at.unwrap_or(self.since), client_id: self.client_id }
    }
}

/// The clients that hold access of a person, the one used last first: at most `limit` of those behind `after`.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn connections(
    db: &Db,
    user: UserId,
    after: Option<ConnectionCursor>,
    limit: u64,
    now: Timestamp,
) -> Result<Vec<Connection>, StorageError> {
    let after =
        after.unwrap_or(ConnectionCursor { at: Timestamp(i64::MAX), client_id: ClientId(Uuid::max()) });
    let connection = db.read();
    let statement = Statement::from_sql_and_values(
        connection.get_database_backend(),
        connections_sql(),
        [
            user.0.into(),
            now.0.into(),
            after.at.0.into(),
            after.client_id.0.into(),
            i64::try_from(limit).unwrap_or(i64::MAX).into(),
        ],
    );
    let rows = connection.query_all_raw(statement).await?;
    let mut found = rows.iter().map(read_connection).collect::<Result<Vec<_>, StorageError>>()?;
    add_allowed(db, user, now, &mut found).await?;
    Ok(found)
}

/// How many clients hold access of a person.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn count_connections(db: &Db, user: UserId, now: Timestamp) -> Result<u64, StorageError> {
    let connection = db.read();
    let statement = Statement::from_sql_and_values(
        connection.get_database_backend(),
        format!(
            "SELECT COUNT(*) FROM (SELECT client_id FROM consents WHERE user_id = $1 \
             UNION SELECT g.client_id FROM grants g WHERE {LIVE_GRANT}) held"
        ),
        [user.0.into(), now.0.into()],
    );
    let row = connection.query_one_raw(statement).await?;
    let count = row.map(|row| row.try_get_by_index::<i64>(0)).transpose()?.unwrap_or_default();
    Ok(u64::try_from(count).unwrap_or_default())
}

/// A grant counts while a token of it can still be used.
const LIVE_GRANT: &str = "g.user_id = $1 AND g.revoked_at IS NULL AND EXISTS (SELECT 1 FROM tokens t WHERE t.grant_id = g.id \
     AND t.revoked_at IS NULL AND t.consumed_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > $2))";

fn connections_sql() -> String {
    format!(
        "WITH held AS (SELECT client_id, granted_at AS since FROM consents WHERE user_id = $1 \
         UNION ALL SELECT g.client_id, g.created_at FROM grants g WHERE {LIVE_GRANT}), \
         apps AS (SELECT client_id, MIN(since) AS since, (SELECT MAX(t.last_used_at) FROM tokens t \
         WHERE t.user_id = $1 AND t.client_id = held.client_id) AS last_used_at FROM held GROUP BY client_id) \
         SELECT client_id, since, last_used_at FROM apps WHERE COALESCE(last_used_at, since) < $3 \
         OR (COALESCE(last_used_at, since) = $3 AND client_id < $4) \
         ORDER BY COALESCE(last_used_at, since) DESC, client_id DESC LIMIT $5"
    )
}

fn read_connection(row: &QueryResult) -> Result<Connection, StorageError> {
    Ok(Connection {
        client_id: ClientId(row.try_get_by_index(0)?),
        since: Timestamp(row.try_get_by_index(1)?),
        last_used_at: row.try_get_by_index::<Option<i64>>(2)?.map(Timestamp),
        scopes: Scopes::none(),
        claims: BTreeSet::new(),
    })
}

/// What each client was allowed: by consent, and by the live grants of those that need none.
async fn add_allowed(
    db: &Db,
    user: UserId,
    now: Timestamp,
    found: &mut [Connection],
) -> Result<(), StorageError> {
    let clients: Vec<Uuid> = found.iter().map(|one| one.client_id.0).collect();
    if clients.is_empty() {
        return Ok(());
    }
    let consents = Entity::find()
        .filter(Column::UserId.eq(user.0))
        .filter(Column::ClientId.is_in(clients))
        .all(db.read())
        .await?;
    let mut held = Vec::new();
    for row in consents {
        let (client, consent) = (row.client_id, Consent::try_from(row)?);
        held.push((client, consent.scopes, consent.claims));
    }
    let statement = Statement::from_sql_and_values(
        db.read().get_database_backend(),
        format!("SELECT DISTINCT g.client_id, g.permit FROM grants g WHERE {LIVE_GRANT}"),
        [user.0.into(), now.0.into()],
    );
    for row in db.read().query_all_raw(statement).await? {
        let permit: Permit = from_json("grants", &row.try_get_by_index::<String>(1)?)?;
        let claims = permit.claims.beyond(&permit.scopes);
        held.push((row.try_get_by_index(0)?, permit.scopes, claims));
    }
    for one in found {
        for (_, scopes, claims) in held.iter().filter(|(client, ..)| *client == one.client_id.0) {
            one.scopes = one.scopes.union(scopes);
            one.claims.extend(claims);
        }
        one.claims.retain(|claim| !one.scopes.contains(claim.scope()));
    }
    Ok(())
}
