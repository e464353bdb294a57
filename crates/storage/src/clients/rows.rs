use postern_domain::{
    Client, ClientId, ClientIdentifier, ClientMetadata, ClientOwner, OrganizationId, SecretId, Timestamp,
    UserId,
};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, Statement,
};

use super::secrets;
use crate::mapping::{corrupt, from_json, to_json};
use crate::{Db, StorageError, Tx};

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
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use row::{Column, Entity, Model};

/// The client of a row, with its secrets.
///
/// # Errors
/// [`StorageError`] if the database fails or a row cannot be read.
pub async fn find(db: &Db, id: ClientId) -> Result<Option<Client>, StorageError> {
    with_secrets(db, Entity::find_by_id(id.0).one(db.read()).await?).await
}

/// The client with this `client_id`, with its secrets.
///
/// # Errors
/// [`StorageError`] if the database fails or a row cannot be read.
pub async fn find_by_identifier(
    db: &Db,
    identifier: &ClientIdentifier,
) -> Result<Option<Client>, StorageError> {
    let row = Entity::find().filter(Column::Identifier.eq(identifier.as_str())).one(db.read()).await?;
    with_secrets(db, row).await
}

/// Up to `limit` clients with this very name.
///
/// # Errors
/// [`StorageError`] if the database fails or a row cannot be read.
pub async fn find_by_name(db: &Db, name: &str, limit: u64) -> Result<Vec<Client>, StorageError> {
    with_secrets_each(db, Entity::find().filter(Column::Name.eq(name)).limit(limit).all(db.read()).await?)
        .await
}

/// A page of the clients of an owner, or of everybody's: at most `limit` of those made before `before`, the latest first.
///
/// # Errors
/// [`StorageError`] if the database fails or a row cannot be read.
pub async fn list(
    db: &Db,
    owner: Option<ClientOwner>,
    before: Option<ClientId>,
    limit: u64,
) -> Result<Vec<Client>, StorageError> {
    let mut query = Entity::find().filter(owned_by(owner));
    if let Some(before) = before {
        query = query.filter(Column::Id.lt(before.0));
    }
    let rows = query.order_by_desc(Column::Id).limit(limit).all(db.read()).await?;
    with_secrets_each(db, rows).await
}

/// How many clients an owner has, or everybody together.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn count(db: &Db, owner: Option<ClientOwner>) -> Result<u64, StorageError> {
    Ok(Entity::find().filter(owned_by(owner)).count(db.read()).await?)
}

/// Registers a client. Its secrets are inserted one by one afterwards.
///
/// # Errors
/// [`StorageError::Taken`] if its identifier belongs to another one.
pub async fn insert(tx: &Tx, client: &Client) -> Result<(), StorageError> {
    let (owner_user_id, owner_organization_id) = match client.owner {
        ClientOwner::User(id) => (Some(id.0), None),
        ClientOwner::Organization(id) => (None, Some(id.0)),
        ClientOwner::Instance => (None, None),
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
    let updated = Entity::update_many()
        .col_expr(Column::Name, Expr::value(metadata.name.as_str()))
        .col_expr(Column::Metadata, Expr::value(to_json(TABLE, metadata)?))
        .col_expr(Column::UpdatedAt, Expr::value(now.0))
        .filter(Column::Id.eq(id.0))
        .exec(tx.connection())
        .await?;
    tx.invalidate(id.0);
    Ok(updated.rows_affected == 1)
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
    let updated = Entity::update_many()
        .col_expr(Column::Disabled, Expr::value(disabled))
        .col_expr(Column::UpdatedAt, Expr::value(now.0))
        .filter(Column::Id.eq(id.0))
        .exec(tx.connection())
        .await?;
    tx.invalidate(id.0);
    Ok(updated.rows_affected == 1)
}

/// Writes down that a client was used at `now`, and which secret it proved itself with, if with one. Worth calling when
/// [`Client::wants_touch`] says so.
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

fn owned_by(owner: Option<ClientOwner>) -> Condition {
    match owner {
        None => Condition::all(),
        Some(ClientOwner::User(id)) => Condition::all().add(Column::OwnerUserId.eq(id.0)),
        Some(ClientOwner::Organization(id)) => Condition::all().add(Column::OwnerOrganizationId.eq(id.0)),
        Some(ClientOwner::Instance) => {
            Condition::all().add(Column::OwnerUserId.is_null()).add(Column::OwnerOrganizationId.is_null())
        }
    }
}

async fn with_secrets(db: &Db, row: Option<Model>) -> Result<Option<Client>, StorageError> {
    Ok(with_secrets_each(db, row.into_iter().collect()).await?.pop())
}

async fn with_secrets_each(db: &Db, rows: Vec<Model>) -> Result<Vec<Client>, StorageError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let mut secrets = secrets::of_clients(db, rows.iter().map(|row| row.id)).await?;
    rows.into_iter()
        .map(|row| {
            let secrets = secrets.remove(&ClientId(row.id)).unwrap_or_default();
            Ok(Client { secrets, ..client(row)? })
        })
        .collect()
}

fn client(row: Model) -> Result<Client, StorageError> {
    Ok(Client {
        id: ClientId(row.id),
        identifier: ClientIdentifier::parse(&row.identifier)
            .ok_or_else(|| corrupt(TABLE, "the identifier is not one"))?,
        owner: match (row.owner_user_id, row.owner_organization_id) {
            (Some(id), None) => ClientOwner::User(UserId(id)),
            (None, Some(id)) => ClientOwner::Organization(OrganizationId(id)),
            (None, None) => ClientOwner::Instance,
            (Some(_), Some(_)) => return Err(corrupt(TABLE, "it has two owners")),
        },
        metadata: from_json(TABLE, &row.metadata)?,
        secrets: Vec::new(),
        logo_digest: row.logo_digest,
        disabled: row.disabled,
        created_at: Timestamp(row.created_at),
        updated_at: Timestamp(row.updated_at),
        last_used_at: row.last_used_at.map(Timestamp),
    })
}
