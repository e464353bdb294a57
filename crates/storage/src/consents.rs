//! What people have allowed clients, and which clients hold access of theirs.

mod connections;
mod of_organization;

use std::collections::BTreeSet;

use postern_domain::limits::LimitSet;
use postern_domain::{
    Claim, ClientId, Consent, ConsentId, OrganizationId, Organizations, Subject, Timestamp, UserId,
};
use sea_orm::entity::prelude::*;
use sea_orm::{QuerySelect, Statement, Value};

use crate::mapping::{corrupt, from_json, to_json};
use crate::{Db, StorageError, Tx};

pub use connections::{Connection, ConnectionCursor, connections, count_connections};
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
    claims: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

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

/// Writes a consent down. If there is one already, its scopes and claims are added to, and its host and organizations become the new
/// one's.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn upsert(tx: &Tx, consent: &Consent) -> Result<(), StorageError> {
    let sql = "INSERT INTO consents \
               (id, user_id, client_id, subject, scopes, redirect_host, granted_at, updated_at, organizations, \
               limits, claims) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (user_id, client_id, subject) DO NOTHING";
    let organizations = organizations_text(&consent.organizations)?;
    let values: [Value; 11] = [
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
        claims_text(&consent.claims)?.into(),
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
            let claims = known.claims.union(&consent.claims).copied().collect();
            Entity::update_many()
                .col_expr(Column::Scopes, Expr::value(scopes.to_string()))
                .col_expr(Column::RedirectHost, Expr::value(consent.redirect_host.as_str()))
                .col_expr(Column::Organizations, Expr::value(organizations))
                .col_expr(Column::Claims, Expr::value(claims_text(&claims)?))
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

fn limits_text(limits: &[LimitSet]) -> Result<Option<String>, StorageError> {
    if limits.is_empty() { Ok(None) } else { to_json(TABLE, &limits).map(Some) }
}

fn claims_text(claims: &BTreeSet<Claim>) -> Result<Option<String>, StorageError> {
    if claims.is_empty() { Ok(None) } else { to_json(TABLE, claims).map(Some) }
}

/// The column that says what the consent reaches: `NULL` for every organization of the person.
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
            claims: row.claims.as_deref().map_or(Ok(BTreeSet::new()), |text| from_json(TABLE, text))?,
            redirect_host: row.redirect_host,
            granted_at: Timestamp(row.granted_at),
            updated_at: Timestamp(row.updated_at),
        })
    }
}

#[cfg(test)]
mod tests;
