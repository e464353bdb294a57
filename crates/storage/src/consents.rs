//! What people have allowed clients, and which clients hold access of theirs.

mod of_organization;

use std::collections::BTreeSet;

use postern_domain::limits::LimitSet;
use postern_domain::{
    ClientId, Consent, ConsentId, OrganizationId, Organizations, Permit, Scopes, Subject, Timestamp, UserId,
};
use sea_orm::entity::prelude::*;
use sea_orm::{QueryResult, QuerySelect, Statement, Value};

use crate::mapping::{corrupt, from_json, to_json};
use crate::{Db, StorageError, Tx};

pub use of_organization::{
    Whose, clients_of_organization, count_clients_of_organization, delete_for_organization,
};

const TABLE: &str = "consents";

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "consents")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    id: Uuid,
    user_id: Uuid,
    client_id: Uuid,
    subject: String,
    scopes: String,
    redirect_host: String,
    granted_at: i64,
    updated_at: i64,
    organizations: Option<String>,
    limits: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

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

/// The consent of a person to a client for a subject.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn find(
    db: &Db,
    user: UserId,
    client: ClientId,
    subject: Subject,
) -> Result<Option<Consent>, StorageError> {
    let found = of(user, client, subject).one(db.read()).await?;
    found.map(Consent::try_from).transpose()
}

/// Writes a consent down. If there is one already, its scopes are added to, and its host and organizations become the new
/// one's.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn upsert(tx: &Tx, consent: &Consent) -> Result<(), StorageError> {
    let sql = "INSERT INTO consents \
               (id, user_id, client_id, subject, scopes, redirect_host, granted_at, updated_at, organizations, \
               limits) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (user_id, client_id, subject) DO NOTHING";
    let organizations = organizations_text(&consent.organizations)?;
    let values: [Value; 10] = [
        consent.id.0.into(),
        consent.user_id.0.into(),
        consent.client_id.0.into(),
        subject_text(consent.subject).into(),
        consent.scopes.to_string().into(),
        consent.redirect_host.as_str().into(),
        consent.granted_at.0.into(),
        consent.updated_at.0.into(),
        organizations.clone().into(),
        limits_text(&consent.limits)?.into(),
    ];
    let connection = tx.connection();
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    if connection.execute_raw(statement).await?.rows_affected() == 0 {
        // The lock makes two renewals at once add up on PostgreSQL; SQLite has one writer anyway.
        let known = of(consent.user_id, consent.client_id, consent.subject).lock_exclusive();
        if let Some(known) = known.one(connection).await? {
            let id = known.id;
            let known = Consent::try_from(known)?;
            let (scopes, limits) = (known.scopes.union(&consent.scopes), known.limits_with(consent));
            Entity::update_many()
                .col_expr(Column::Scopes, Expr::value(scopes.to_string()))
                .col_expr(Column::RedirectHost, Expr::value(consent.redirect_host.as_str()))
                .col_expr(Column::Organizations, Expr::value(organizations))
                .col_expr(Column::Limits, Expr::value(limits_text(&limits)?))
                .col_expr(Column::UpdatedAt, Expr::value(consent.updated_at.0))
                .filter(Column::Id.eq(id))
                .exec(connection)
                .await?;
        }
    }
    tx.invalidate(consent.user_id.0);
    Ok(())
}

/// Takes back everything that a person has allowed a client, and says whether there was anything. What the client
/// already holds are grants, which the caller revokes in the same change.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn delete(tx: &Tx, user: UserId, client: ClientId) -> Result<bool, StorageError> {
    let deleted = Entity::delete_many()
        .filter(Column::UserId.eq(user.0))
        .filter(Column::ClientId.eq(client.0))
        .exec(tx.connection())
        .await?;
    tx.invalidate(user.0);
    Ok(deleted.rows_affected > 0)
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
    add_scopes(db, user, now, &mut found).await?;
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
    })
}

/// What each client was allowed: by consent, and by the live grants of those that need none.
async fn add_scopes(
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
    let mut held = consents
        .into_iter()
        .map(|row| Ok((row.client_id, Consent::try_from(row)?.scopes)))
        .collect::<Result<Vec<_>, StorageError>>()?;
    let statement = Statement::from_sql_and_values(
        db.read().get_database_backend(),
        format!("SELECT DISTINCT g.client_id, g.permit FROM grants g WHERE {LIVE_GRANT}"),
        [user.0.into(), now.0.into()],
    );
    for row in db.read().query_all_raw(statement).await? {
        let permit: Permit = from_json("grants", &row.try_get_by_index::<String>(1)?)?;
        held.push((row.try_get_by_index(0)?, permit.scopes));
    }
    for one in found {
        let scopes = held.iter().filter(|(client, _)| *client == one.client_id.0);
        one.scopes = scopes.fold(Scopes::none(), |all, (_, scopes)| all.union(scopes));
    }
    Ok(())
}

fn of(user: UserId, client: ClientId, subject: Subject) -> Select<Entity> {
    Entity::find()
        .filter(Column::UserId.eq(user.0))
        .filter(Column::ClientId.eq(client.0))
        .filter(Column::Subject.eq(subject_text(subject)))
}

/// The column that says for whom the client may speak: `user` for the person themselves.
fn subject_text(subject: Subject) -> String {
    match subject {
        Subject::User(_) => "user".to_owned(),
        Subject::Organization(id) => format!("organization {id}"),
        Subject::Customer(id) => format!("customer {id}"),
        Subject::Client(id) => format!("client {id}"),
    }
}

/// The column that says what the consent reaches: `NULL` for every organization of the person.
fn limits_text(limits: &[LimitSet]) -> Result<Option<String>, StorageError> {
    if limits.is_empty() { Ok(None) } else { to_json(TABLE, &limits).map(Some) }
}

fn organizations_text(organizations: &Organizations) -> Result<Option<String>, StorageError> {
    match organizations {
        Organizations::All => Ok(None),
        Organizations::Only(set) => to_json(TABLE, set).map(Some),
    }
}

fn read_organizations(text: Option<&str>) -> Result<Organizations, StorageError> {
    let set: Option<BTreeSet<OrganizationId>> = text.map(|text| from_json(TABLE, text)).transpose()?;
    Ok(set.map_or(Organizations::All, Organizations::Only))
}

fn read_subject(text: &str, user: UserId) -> Result<Subject, StorageError> {
    if text == "user" {
        return Ok(Subject::User(user));
    }
    text.strip_prefix("organization ")
        .and_then(|id| id.parse::<OrganizationId>().ok())
        .map(Subject::Organization)
        .ok_or_else(|| corrupt(TABLE, "its subject is of no known kind"))
}

impl TryFrom<Model> for Consent {
    type Error = StorageError;

    fn try_from(row: Model) -> Result<Self, StorageError> {
        let user_id = UserId(row.user_id);
        Ok(Self {
            id: ConsentId(row.id),
            user_id,
            client_id: ClientId(row.client_id),
            subject: read_subject(&row.subject, user_id)?,
            scopes: row.scopes.parse().map_err(|error| corrupt(TABLE, error))?,
            organizations: read_organizations(row.organizations.as_deref())?,
            limits: row.limits.as_deref().map_or(Ok(Vec::new()), |text| from_json(TABLE, text))?,
            redirect_host: row.redirect_host,
            granted_at: Timestamp(row.granted_at),
            updated_at: Timestamp(row.updated_at),
        })
    }
}

#[cfg(test)]
mod tests;
