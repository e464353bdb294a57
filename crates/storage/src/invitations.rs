//! Who is invited to which organization. The link of an invitation is a [one-time value](crate::one_time_values), of which
//! only the hash is kept.

use postern_domain::{Email, Invitation, InvitationId, OrganizationId, Timestamp, TokenHash, UserId};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::ExprTrait;
use sea_orm::{ActiveValue, ConnectionTrait, QueryOrder, QuerySelect, Statement, Value};

use crate::mapping::{corrupt, hash};
use crate::{Db, OneTime, StorageError, Tx, consume, one_time_values};

const TABLE: &str = "invitations";
/// What their links are kept as.
const PURPOSE: &str = "invitation";

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invitations")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    id: Uuid,
    organization_id: Uuid,
    email: String,
    email_key: String,
    role: String,
    invited_by: Option<Uuid>,
    link_hash: Vec<u8>,
    created_at: i64,
    expires_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Keeps an invitation with the hash of its link. One to the same address that is there already ends.
///
/// # Errors
/// [`StorageError`] if the database fails or the organization is gone.
pub async fn insert(tx: &Tx, invitation: &Invitation, link: TokenHash) -> Result<(), StorageError> {
    let organization = Column::OrganizationId.eq(invitation.organization_id.0);
    take_out(tx, organization.and(Column::EmailKey.eq(invitation.email.key()))).await?;
    let id = invitation.id.to_string();
    let (now, end) = (invitation.created_at, invitation.expires_at);
    one_time_values::insert(tx, PURPOSE, link, &id, now, end).await?;
    let row = ActiveModel {
        id: ActiveValue::Set(invitation.id.0),
        organization_id: ActiveValue::Set(invitation.organization_id.0),
        email: ActiveValue::Set(invitation.email.to_string()),
        email_key: ActiveValue::Set(invitation.email.key()),
        role: ActiveValue::Set(invitation.role.to_string()),
        invited_by: ActiveValue::Set(invitation.invited_by.map(|by| by.0)),
        link_hash: ActiveValue::Set(link.0.to_vec()),
        created_at: ActiveValue::Set(invitation.created_at.0),
        expires_at: ActiveValue::Set(invitation.expires_at.0),
    };
    Entity::insert(row).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// The invitation that a link opens: it was not used, not taken back, and is not over.
///
/// # Errors
/// [`StorageError`] if the database fails or the row cannot be read.
pub async fn find_by_link(
    db: &Db,
    link: TokenHash,
    now: Timestamp,
) -> Result<Option<Invitation>, StorageError> {
    let Some(id) = one_time_values::find(db, PURPOSE, link, now).await? else { return Ok(None) };
    let id: InvitationId = id.parse().map_err(|error| corrupt(TABLE, error))?;
    Entity::find_by_id(id.0).one(db.read()).await?.map(Invitation::try_from).transpose()
}

/// The invitations of an organization that nobody has accepted, the latest first: at most `limit` of those made before
/// `before`.
///
/// # Errors
/// [`StorageError`] if the database fails or a row cannot be read.
pub async fn list(
    db: &Db,
    organization: OrganizationId,
    before: Option<InvitationId>,
    limit: u64,
) -> Result<Vec<Invitation>, StorageError> {
    let mut query = Entity::find().filter(Column::OrganizationId.eq(organization.0));
    if let Some(before) = before {
        query = query.filter(Column::Id.lt(before.0));
    }
    let rows = query.order_by_desc(Column::Id).limit(limit).all(db.read()).await?;
    rows.into_iter().map(Invitation::try_from).collect()
}

/// How many invitations of an organization can still be accepted.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn count_open(db: &Db, organization: OrganizationId, now: Timestamp) -> Result<u64, StorageError> {
    let open =
        Entity::find().filter(Column::OrganizationId.eq(organization.0)).filter(Column::ExpiresAt.gt(now.0));
    Ok(open.count(db.read()).await?)
}

/// Uses an invitation up by its link. Of any number that try, one gets `true`.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn take(tx: &Tx, id: InvitationId, link: TokenHash, now: Timestamp) -> Result<bool, StorageError> {
    if !consume(tx, OneTime::Value { purpose: PURPOSE }, link, now).await? {
        return Ok(false);
    }
    let deleted = Entity::delete_by_id(id.0).exec(tx.connection()).await?;
    Ok(deleted.rows_affected == 1)
}

/// Takes an invitation of an organization back; answers `false` if there is none any more.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn remove(tx: &Tx, organization: OrganizationId, id: InvitationId) -> Result<bool, StorageError> {
    let one = Column::OrganizationId.eq(organization.0).and(Column::Id.eq(id.0));
    Ok(take_out(tx, one).await? == 1)
}

/// Takes back all that a person has sent out for an organization.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn remove_by_inviter(
    tx: &Tx,
    organization: OrganizationId,
    inviter: UserId,
) -> Result<(), StorageError> {
    take_out(tx, Column::OrganizationId.eq(organization.0).and(Column::InvitedBy.eq(inviter.0))).await?;
    Ok(())
}

/// Removes up to `most` invitations that ended before `ended_before`.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn purge(tx: &Tx, ended_before: Timestamp, most: u32) -> Result<u64, StorageError> {
    let sql = "DELETE FROM invitations WHERE id IN \
         (SELECT id FROM invitations WHERE expires_at <= $1 LIMIT $2)";
    let values: [Value; 2] = [ended_before.0.into(), i64::from(most).into()];
    let connection = tx.connection();
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    Ok(connection.execute_raw(statement).await?.rows_affected())
}

/// Removes invitations with their links, and answers how many those were.
async fn take_out(tx: &Tx, which: sea_orm::sea_query::SimpleExpr) -> Result<usize, StorageError> {
    let found = Entity::find().filter(which).all(tx.connection()).await?;
    for row in &found {
        one_time_values::remove(tx, PURPOSE, hash(TABLE, &row.link_hash)?).await?;
    }
    let ids = found.iter().map(|row| row.id);
    Entity::delete_many().filter(Column::Id.is_in(ids)).exec(tx.connection()).await?;
    Ok(found.len())
}

impl TryFrom<Model> for Invitation {
    type Error = StorageError;

    fn try_from(row: Model) -> Result<Self, StorageError> {
        Ok(Self {
            id: InvitationId(row.id),
            organization_id: OrganizationId(row.organization_id),
            email: Email::parse(&row.email).map_err(|error| corrupt(TABLE, error))?,
            role: row.role.parse().map_err(|error| corrupt(TABLE, error))?,
            invited_by: row.invited_by.map(UserId),
            created_at: Timestamp(row.created_at),
            expires_at: Timestamp(row.expires_at),
        })
    }
}

#[cfg(test)]
mod tests;
