use std::collections::HashMap;

use postern_domain::{ClientId, ClientSecret, SecretId, Timestamp};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
};
use uuid::Uuid;

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
        pub hint: String,
        pub created_at: i64,
        pub expires_at: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use row::{Column, Entity, Model};

/// The secrets of these clients, the latest of each first.
pub(super) async fn of_clients(
    db: &Db,
    ids: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<ClientId, Vec<ClientSecret>>, StorageError> {
    let query = Entity::find().filter(Column::ClientId.is_in(ids)).order_by_desc(Column::Id);
    let mut secrets: HashMap<ClientId, Vec<ClientSecret>> = HashMap::new();
    for row in query.all(db.read()).await? {
        secrets.entry(ClientId(row.client_id)).or_default().push(secret(row)?);
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
        hint: secret.hint.clone(),
        created_at: secret.created_at.0,
        expires_at: secret.expires_at.map(|at| at.0),
    };
    row.into_active_model().insert(tx.connection()).await?;
    tx.invalidate(client.0);
    Ok(())
}

/// Makes way for a new secret: those that have ended by `now` are deleted, the current one ends at `end`, and one that is
/// ending already is deleted, so that no more than one old secret is ever left.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn end_secrets(
    tx: &Tx,
    client: ClientId,
    now: Timestamp,
    end: Timestamp,
) -> Result<(), StorageError> {
    Entity::delete_many()
        .filter(Column::ClientId.eq(client.0))
        .filter(Column::ExpiresAt.is_not_null())
        .exec(tx.connection())
        .await?;
    if end <= now {
        Entity::delete_many().filter(Column::ClientId.eq(client.0)).exec(tx.connection()).await?;
    } else {
        Entity::update_many()
            .col_expr(Column::ExpiresAt, Expr::value(end.0))
            .filter(Column::ClientId.eq(client.0))
            .exec(tx.connection())
            .await?;
    }
    tx.invalidate(client.0);
    Ok(())
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
        hint: row.hint,
        created_at: Timestamp(row.created_at),
        expires_at: row.expires_at.map(Timestamp),
    })
}
