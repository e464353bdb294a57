//! Which apps an organization has approved, and which wait for it.

use postern_domain::{AppApproval, ClientId, OrganizationId, Timestamp, UserId};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue, QueryOrder, QuerySelect};

use crate::{Db, StorageError, Tx};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "app_approvals")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    id: Uuid,
    organization_id: Uuid,
    client_id: Uuid,
    approved_by: Option<Uuid>,
    created_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Whether an organization has approved an app.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn is_approved(
    db: &Db,
    organization: OrganizationId,
    client: ClientId,
) -> Result<bool, StorageError> {
    let found = Entity::find()
        .filter(Column::OrganizationId.eq(organization.0))
        .filter(Column::ClientId.eq(client.0))
        .filter(Column::ApprovedBy.is_not_null())
        .count(db.read())
        .await?;
    Ok(found > 0)
}

/// The apps that an organization has approved or that wait for it, the latest first: at most `limit`.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn list(
    db: &Db,
    organization: OrganizationId,
    limit: u64,
) -> Result<Vec<AppApproval>, StorageError> {
    let rows = Entity::find()
        .filter(Column::OrganizationId.eq(organization.0))
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .limit(limit)
        .all(db.read())
        .await?;
    Ok(rows.into_iter().map(AppApproval::from).collect())
}

/// How many apps wait to be approved.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn count_waiting(db: &Db, organization: OrganizationId) -> Result<u64, StorageError> {
    let waiting =
        Entity::find().filter(Column::OrganizationId.eq(organization.0)).filter(Column::ApprovedBy.is_null());
    Ok(waiting.count(db.read()).await?)
}

/// Notes that an app waits to be approved, unless that is known, or it is approved already.
///
/// # Errors
/// [`StorageError`] if the database fails, or the organization or the app is gone.
pub async fn ask(
    tx: &Tx,
    id: Uuid,
    organization: OrganizationId,
    client: ClientId,
    now: Timestamp,
) -> Result<(), StorageError> {
    let row = new(id, organization, client, None, now);
    let known = pair().do_nothing().to_owned();
    Entity::insert(row).on_conflict(known).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// Approves an app.
///
/// # Errors
/// [`StorageError`] if the database fails, or the organization or the app is gone.
pub async fn approve(
    tx: &Tx,
    id: Uuid,
    organization: OrganizationId,
    client: ClientId,
    by: UserId,
    now: Timestamp,
) -> Result<(), StorageError> {
    let row = new(id, organization, client, Some(by), now);
    let known = pair().update_columns([Column::ApprovedBy, Column::CreatedAt]).to_owned();
    Entity::insert(row).on_conflict(known).exec_without_returning(tx.connection()).await?;
    tx.invalidate(organization.0);
    Ok(())
}

/// Takes an approval back, or refuses an app that waits for it. Answers whether there was either.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn withdraw(tx: &Tx, organization: OrganizationId, client: ClientId) -> Result<bool, StorageError> {
    let deleted = Entity::delete_many()
        .filter(Column::OrganizationId.eq(organization.0))
        .filter(Column::ClientId.eq(client.0))
        .exec(tx.connection())
        .await?;
    tx.invalidate(organization.0);
    Ok(deleted.rows_affected > 0)
}

fn new(
    id: Uuid,
    organization: OrganizationId,
    client: ClientId,
    by: Option<UserId>,
    now: Timestamp,
) -> ActiveModel {
    ActiveModel {
        id: ActiveValue::Set(id),
        organization_id: ActiveValue::Set(organization.0),
        client_id: ActiveValue::Set(client.0),
        approved_by: ActiveValue::Set(by.map(|by| by.0)),
        created_at: ActiveValue::Set(now.0),
    }
}

fn pair() -> OnConflict {
    OnConflict::columns([Column::OrganizationId, Column::ClientId])
}

impl From<Model> for AppApproval {
    fn from(row: Model) -> Self {
        Self {
            organization_id: OrganizationId(row.organization_id),
            client_id: ClientId(row.client_id),
            approved_by: row.approved_by.map(UserId),
            created_at: Timestamp(row.created_at),
        }
    }
}

#[cfg(test)]
mod tests;
