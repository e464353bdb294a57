use postern_domain::{ClientId, OrganizationId, Subject, Timestamp, UserId};
use sea_orm::sea_query::{Alias, Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{Column, Entity, subject_text};
use crate::{Db, StorageError, Tx};

/// Takes back what was allowed for an organization: by one person or by one to whom a client belongs, or by everybody.
/// Answers how many consents that were.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn delete_for_organization(
    tx: &Tx,
    organization: OrganizationId,
    whose: Whose,
) -> Result<u64, StorageError> {
    let all =
        Entity::delete_many().filter(Column::Subject.eq(subject_text(Subject::Organization(organization))));
    let deleted = match whose {
        Whose::User(id) => all.filter(Column::UserId.eq(id.0)),
        Whose::Client(id) => all.filter(Column::ClientId.eq(id.0)),
        Whose::Everybodys => all,
    };
    let deleted = deleted.exec(tx.connection()).await?;
    // What a verdict for an organization rests on has the organization in it.
    tx.invalidate(organization.0);
    match whose {
        Whose::User(id) => tx.invalidate(id.0),
        Whose::Client(id) => tx.invalidate(id.0),
        Whose::Everybodys => {}
    }
    Ok(deleted.rows_affected)
}

/// Which of the consents for an organization, or of the tokens that speak for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Those that this person gave.
    User(UserId),
    /// Those that this client holds.
    Client(ClientId),
    /// All of them.
    Everybodys,
}

/// The clients that hold a consent for an organization and since when, the latest first: at most `limit`.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn clients_of_organization(
    db: &Db,
    organization: OrganizationId,
    limit: u64,
) -> Result<Vec<(ClientId, Timestamp)>, StorageError> {
    let rows: Vec<(Uuid, i64)> = Entity::find()
        .filter(Column::Subject.eq(subject_text(Subject::Organization(organization))))
        .select_only()
        .column(Column::ClientId)
        .column_as(Column::GrantedAt.min(), "since")
        .group_by(Column::ClientId)
        .order_by_desc(Expr::col(Alias::new("since")))
        .limit(limit)
        .into_tuple()
        .all(db.read())
        .await?;
    Ok(rows.into_iter().map(|(client, since)| (ClientId(client), Timestamp(since))).collect())
}

/// How many clients hold a consent for an organization.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn count_clients_of_organization(
    db: &Db,
    organization: OrganizationId,
) -> Result<u64, StorageError> {
    let count: Option<i64> = Entity::find()
        .filter(Column::Subject.eq(subject_text(Subject::Organization(organization))))
        .select_only()
        .expr(Expr::col(Column::ClientId).count_distinct())
        .into_tuple()
        .one(db.read())
        .await?;
    Ok(u64::try_from(count.unwrap_or_default()).unwrap_or_default())
}
