//! Who at which sign-in provider opens which account.

use postern_domain::{Timestamp, UpstreamIdentity, UpstreamIdentityId, UserId};
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue, FromQueryResult, QueryOrder, QuerySelect};

use crate::{Db, StorageError, Tx};

mod table {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "upstream_identities")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub user_id: Uuid,
        pub issuer: String,
        pub subject: String,
        pub shown: String,
        pub created_at: i64,
        pub last_used_at: Option<i64>,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use table::{ActiveModel, Column, Entity, Model};

impl From<Model> for UpstreamIdentity {
    fn from(row: Model) -> Self {
        Self {
            id: UpstreamIdentityId(row.id),
            user_id: UserId(row.user_id),
            issuer: row.issuer,
            subject: row.subject,
            shown: row.shown,
            created_at: Timestamp(row.created_at),
            last_used_at: row.last_used_at.map(Timestamp),
        }
    }
}

/// Somebody at a provider, if they open an account here.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn find(db: &Db, issuer: &str, subject: &str) -> Result<Option<UpstreamIdentity>, StorageError> {
    let query = Entity::find().filter(Column::Issuer.eq(issuer)).filter(Column::Subject.eq(subject));
    Ok(query.one(db.read()).await?.map(UpstreamIdentity::from))
}

/// All that open an account, the oldest first.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn of_user(db: &Db, user: UserId) -> Result<Vec<UpstreamIdentity>, StorageError> {
    let query = Entity::find().filter(Column::UserId.eq(user.0)).order_by_asc(Column::Id);
    Ok(query.all(db.read()).await?.into_iter().map(UpstreamIdentity::from).collect())
}

/// All that open an account, as the change in progress sees it.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn of_user_now(tx: &Tx, user: UserId) -> Result<Vec<UpstreamIdentity>, StorageError> {
    let query = Entity::find().filter(Column::UserId.eq(user.0));
    Ok(query.all(tx.connection()).await?.into_iter().map(UpstreamIdentity::from).collect())
}

/// Adds one.
///
/// # Errors
/// [`StorageError::Taken`] if this somebody opens an account already; [`StorageError`] if the account is gone or the database
/// fails.
pub async fn insert(tx: &Tx, it: &UpstreamIdentity) -> Result<(), StorageError> {
    let row = ActiveModel {
        id: ActiveValue::Set(it.id.0),
        user_id: ActiveValue::Set(it.user_id.0),
        issuer: ActiveValue::Set(it.issuer.clone()),
        subject: ActiveValue::Set(it.subject.clone()),
        shown: ActiveValue::Set(it.shown.clone()),
        created_at: ActiveValue::Set(it.created_at.0),
        last_used_at: ActiveValue::Set(it.last_used_at.map(|at| at.0)),
    };
    Entity::insert(row).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// Notes that one was used to sign in. Answers `false` if it was removed meanwhile.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn touch(tx: &Tx, id: UpstreamIdentityId, now: Timestamp) -> Result<bool, StorageError> {
    let updated = Entity::update_many()
        .col_expr(Column::LastUsedAt, Expr::value(now.0))
        .filter(Column::Id.eq(id.0))
        .exec(tx.connection())
        .await?;
    Ok(updated.rows_affected == 1)
}

/// Removes one. Answers `false` if it was removed before.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn remove(tx: &Tx, id: UpstreamIdentityId) -> Result<bool, StorageError> {
    Ok(Entity::delete_by_id(id.0).exec(tx.connection()).await?.rows_affected == 1)
}

/// How a provider is used.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Usage {
    /// Its issuer.
    pub issuer: String,
    /// How many somebodies there open an account here.
    pub connected: i64,
    /// When one of them last signed in, in Unix seconds.
    pub last_used_at: Option<i64>,
}

/// How each provider is used, by issuer.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn usage(db: &Db) -> Result<Vec<Usage>, StorageError> {
    let query = Entity::find()
        .select_only()
        .column(Column::Issuer)
        .column_as(Column::Id.count(), "connected")
        .column_as(Column::LastUsedAt.max(), "last_used_at")
        .group_by(Column::Issuer)
        .order_by_asc(Column::Issuer);
    Ok(query.into_model::<Usage>().all(db.read()).await?)
}

#[cfg(test)]
mod tests;
