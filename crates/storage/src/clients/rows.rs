use postern_domain::{Client, ClientId, ClientMetadata, ClientOwner, OrganizationId, Timestamp, UserId};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter, Statement,
};
use uuid::Uuid;

use crate::mapping::to_json;
use crate::{StorageError, Tx};

pub(super) const TABLE: &str = "clients";

pub(super) mod row {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "clients")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub identifier: String,
        pub name: String,
        pub owner_user_id: Option<Uuid>,
        pub owner_organization_id: Option<Uuid>,
        #[sea_orm(column_type = "Text")]
        pub metadata: String,
        pub logo_digest: Option<String>,
        pub disabled: bool,
        pub created_at: i64,
        pub updated_at: i64,
        pub last_used_at: Option<i64>,
        pub registration_hash: Option<Vec<u8>>,
        #[sea_orm(column_type = "Text", nullable)]
        pub granted_scopes: Option<String>,
        pub granted_scopes_since: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use row::{Column, Entity, Model};

/// How many clients a person has, as the change in progress sees it. Other changes that ask this of the same person wait
/// until it is over, so that what they count includes what it inserts.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn count_of_user(tx: &Tx, user: UserId) -> Result<u64, StorageError> {
    hold(tx, "users", user.0).await?;
    Ok(Entity::find().filter(Column::OwnerUserId.eq(user.0)).count(tx.connection()).await?)
}

/// The same of an organization.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn count_of_organization(tx: &Tx, organization: OrganizationId) -> Result<u64, StorageError> {
    hold(tx, "organizations", organization.0).await?;
    Ok(Entity::find().filter(Column::OwnerOrganizationId.eq(organization.0)).count(tx.connection()).await?)
}

/// Lets nobody else who does this go on before the change is done. On SQLite there is one change at a time.
async fn hold(tx: &Tx, table: &str, id: Uuid) -> Result<(), StorageError> {
    let connection = tx.connection();
    if connection.get_database_backend() == DbBackend::Postgres {
        let sql = format!("SELECT 1 FROM {table} WHERE id = $1 FOR NO KEY UPDATE");
        let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, [id.into()]);
        connection.query_one_raw(statement).await?;
    }
    Ok(())
}

/// Registers a client. Its secrets are inserted one by one afterwards.
///
/// # Errors
/// [`StorageError::Taken`] if its identifier belongs to another one.
pub async fn insert(tx: &Tx, client: &Client) -> Result<(), StorageError> {
    let (owner_user_id, owner_organization_id) = match client.owner {
        ClientOwner::User(id) => (Some(id.0), None),
        ClientOwner::Organization(id) => (None, Some(id.0)),
        ClientOwner::Instance | ClientOwner::Nobody => (None, None),
    };
    let row = Model {
        id: client.id.0,
        identifier: client.identifier.as_str().to_owned(),
        name: client.metadata.name.as_str().to_owned(),
        owner_user_id,
        owner_organization_id,
        metadata: to_json(TABLE, &client.metadata)?,
        logo_digest: client.logo_digest.clone(),
        disabled: client.disabled,
        created_at: client.created_at.0,
        updated_at: client.updated_at.0,
        last_used_at: client.last_used_at.map(|at| at.0),
        registration_hash: client.registration_token.map(|hash| hash.0.to_vec()),
        granted_scopes: Some(client.granted.scopes.to_string()),
        granted_scopes_since: client.granted.since.map(|at| at.0),
    };
    row.into_active_model().insert(tx.connection()).await?;
    tx.invalidate(client.id.0);
    Ok(())
}

/// Replaces what is registered of a client; answers whether it is there.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn update_metadata(
    tx: &Tx,
    id: ClientId,
    metadata: &ClientMetadata,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let update = Entity::update_many()
        .col_expr(Column::Name, Expr::value(metadata.name.as_str()))
        .col_expr(Column::Metadata, Expr::value(to_json(TABLE, metadata)?))
        .col_expr(Column::UpdatedAt, Expr::value(now.0))
        .filter(Column::Id.eq(id.0));
    tx.change(id.0, update).await
}

/// Closes a client or opens it again; answers whether it is there.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn set_disabled(
    tx: &Tx,
    id: ClientId,
    disabled: bool,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let update = Entity::update_many()
        .col_expr(Column::Disabled, Expr::value(disabled))
        .col_expr(Column::UpdatedAt, Expr::value(now.0))
        .filter(Column::Id.eq(id.0));
    tx.change(id.0, update).await
}

/// Deletes a client with its secrets, logo, consents, grants and tokens; answers whether it was there.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn delete(tx: &Tx, id: ClientId) -> Result<bool, StorageError> {
    let deleted = Entity::delete_by_id(id.0).exec(tx.connection()).await?;
    tx.invalidate(id.0);
    Ok(deleted.rows_affected == 1)
}

/// Closes a client and deletes at most `most` of its tokens or, once those are gone, of its grants and consents, so that
/// deleting a large client holds nobody up for long. Answers whether there may be more.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn empty(tx: &Tx, id: ClientId, most: u64, now: Timestamp) -> Result<bool, StorageError> {
    set_disabled(tx, id, true, now).await?;
    let connection = tx.connection();
    for table in ["tokens", "grants", "consents"] {
        let sql =
            format!("DELETE FROM {table} WHERE id IN (SELECT id FROM {table} WHERE client_id = $1 LIMIT $2)");
        let values = [id.0.into(), i64::try_from(most).unwrap_or(i64::MAX).into()];
        let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
        if connection.execute_raw(statement).await?.rows_affected() >= most {
            return Ok(true);
        }
    }
    Ok(false)
}
