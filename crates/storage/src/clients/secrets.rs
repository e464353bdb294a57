use std::cmp::Reverse;
use std::collections::HashMap;

use postern_domain::{ClientId, ClientSecret, SecretId, Timestamp};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
};
use uuid::Uuid;

use super::rows::row as clients;
use crate::mapping::hash;
use crate::{Db, StorageError, Tx};

const TABLE: &str = "client_secrets";

mod row {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "client_secrets")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub client_id: Uuid,
        pub hash: Vec<u8>,
        pub sealed: Option<Vec<u8>>,
        pub hint: String,
        pub created_at: i64,
        pub expires_at: Option<i64>,
        pub last_used_at: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use row::{Column, Entity, Model};

/// The secrets of these clients: the current one of each first, then those that end, the last to end first.
pub(super) async fn of_clients(
    db: &Db,
    ids: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<ClientId, Vec<ClientSecret>>, StorageError> {
    let query = Entity::find().filter(Column::ClientId.is_in(ids));
    let mut secrets: HashMap<ClientId, Vec<ClientSecret>> = HashMap::new();
    for row in query.all(db.read()).await? {
        secrets.entry(ClientId(row.client_id)).or_default().push(secret(row)?);
    }
    for of_one in secrets.values_mut() {
        of_one.sort_by_key(|secret| (Reverse(secret.expires_at.map_or(i64::MAX, |end| end.0)), secret.id));
    }
    Ok(secrets)
}

/// Adds a secret to a client.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn insert_secret(tx: &Tx, client: ClientId, secret: &ClientSecret) -> Result<(), StorageError> {
    let row = Model {
        id: secret.id.0,
        client_id: client.0,
        hash: secret.hash.0.to_vec(),
        sealed: secret.sealed.clone(),
        hint: secret.hint.clone(),
        created_at: secret.created_at.0,
        expires_at: secret.expires_at.map(|at| at.0),
        last_used_at: secret.last_used_at.map(|at| at.0),
    };
    row.into_active_model().insert(tx.connection()).await?;
    tx.invalidate(client.0);
    Ok(())
}

/// Lets a client's current secret end at `end` and deletes those that have ended by `now`; so also the current one if
/// `end` is not later than `now`. Answers how many others are left that work at `now`.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn end_secrets(
    tx: &Tx,
    client: ClientId,
    now: Timestamp,
    end: Timestamp,
) -> Result<u64, StorageError> {
    let of_client = || Condition::all().add(Column::ClientId.eq(client.0));
    let current = of_client().add(Column::ExpiresAt.is_null());
    let ended = of_client().add(Column::ExpiresAt.lte(now.0));
    // Also takes hold of the client's row, so that two that do this at once do it one after the other.
    clients::Entity::update_many()
        .col_expr(clients::Column::UpdatedAt, Expr::value(now.0))
        .filter(clients::Column::Id.eq(client.0))
        .exec(tx.connection())
        .await?;
    Entity::update_many()
        .col_expr(Column::ExpiresAt, Expr::value(end.0))
        .filter(current)
        .exec(tx.connection())
        .await?;
    Entity::delete_many().filter(ended).exec(tx.connection()).await?;
    tx.invalidate(client.0);
    Ok(Entity::find().filter(of_client()).count(tx.connection()).await?)
}

/// Ends every secret of a client at once.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn delete_secrets(tx: &Tx, client: ClientId) -> Result<(), StorageError> {
    Entity::delete_many().filter(Column::ClientId.eq(client.0)).exec(tx.connection()).await?;
    tx.invalidate(client.0);
    Ok(())
}

/// Writes down that a secret proved who its client is.
pub(super) async fn touch(tx: &Tx, id: SecretId, now: Timestamp) -> Result<bool, StorageError> {
    let older = Condition::any().add(Column::LastUsedAt.is_null()).add(Column::LastUsedAt.lt(now.0));
    let updated = Entity::update_many()
        .col_expr(Column::LastUsedAt, Expr::value(now.0))
        .filter(Column::Id.eq(id.0))
        .filter(older)
        .exec(tx.connection())
        .await?;
    Ok(updated.rows_affected == 1)
}

/// Ends one secret at once; answers whether the client had it.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn delete_secret(tx: &Tx, client: ClientId, id: SecretId) -> Result<bool, StorageError> {
    let this = Condition::all().add(Column::ClientId.eq(client.0)).add(Column::Id.eq(id.0));
    let deleted = Entity::delete_many().filter(this).exec(tx.connection()).await?;
    tx.invalidate(client.0);
    Ok(deleted.rows_affected == 1)
}

fn secret(row: Model) -> Result<ClientSecret, StorageError> {
    Ok(ClientSecret {
        id: SecretId(row.id),
        hash: hash(TABLE, &row.hash)?,
        sealed: row.sealed,
        hint: row.hint,
        created_at: Timestamp(row.created_at),
        expires_at: row.expires_at.map(Timestamp),
        last_used_at: row.last_used_at.map(Timestamp),
    })
}
