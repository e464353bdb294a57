//! What subjects granted to clients: the families of their tokens.

use postern_domain::{ClientId, Grant, GrantId, Timestamp, UserId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

use crate::mapping::{from_json, to_json};
use crate::{Db, StorageError, Tx};

const TABLE: &str = "grants";

pub(crate) mod row {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "grants")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub client_id: Uuid,
        pub user_id: Uuid,
        #[sea_orm(column_type = "Text")]
        pub permit: String,
        #[sea_orm(column_type = "Text")]
        pub authentication: String,
        pub created_at: i64,
        pub expires_at: Option<i64>,
        pub revoked_at: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use row::{Column, Entity, Model};

/// Makes a grant.
///
/// # Errors
/// [`StorageError`] if the database fails or the client or user is gone.
pub async fn insert(tx: &Tx, grant: &Grant) -> Result<(), StorageError> {
    let row = Model {
        id: grant.id.0,
        client_id: grant.client_id.0,
        user_id: grant.user_id.0,
        permit: to_json(TABLE, &grant.permit)?,
        authentication: to_json(TABLE, &grant.authentication)?,
        created_at: grant.created_at.0,
        expires_at: grant.expires_at.map(|at| at.0),
        revoked_at: grant.revoked_at.map(|at| at.0),
    };
    Entity::insert(row.into_active_model()).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// The grant of a row.
///
/// # Errors
/// [`StorageError`] if the database fails or the row cannot be read.
pub async fn find(db: &Db, id: GrantId) -> Result<Option<Grant>, StorageError> {
    Entity::find_by_id(id.0).one(db.read()).await?.map(grant).transpose()
}

/// Ends a grant and with it every token that came from it; answers whether it was live until now.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn revoke(tx: &Tx, id: GrantId, now: Timestamp) -> Result<bool, StorageError> {
    let update = Entity::update_many()
        .col_expr(Column::RevokedAt, Expr::value(now.0))
        .filter(Column::Id.eq(id.0))
        .filter(Column::RevokedAt.is_null());
    tx.change(id.0, update).await
}

pub(crate) fn grant(row: Model) -> Result<Grant, StorageError> {
    Ok(Grant {
        id: GrantId(row.id),
        client_id: ClientId(row.client_id),
        user_id: UserId(row.user_id),
        permit: from_json(TABLE, &row.permit)?,
        authentication: from_json(TABLE, &row.authentication)?,
        created_at: Timestamp(row.created_at),
        expires_at: row.expires_at.map(Timestamp),
        revoked_at: row.revoked_at.map(Timestamp),
    })
}
