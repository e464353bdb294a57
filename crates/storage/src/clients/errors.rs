use postern_domain::{ClientErrorId, ClientId, Refusal, Timestamp};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    Statement,
};

use crate::{Db, StorageError, Tx};

/// How many refused calls of a client are kept.
const KEPT: i64 = 50;

mod row {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "client_errors")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub client_id: Uuid,
        pub at: i64,
        pub endpoint: String,
        pub code: String,
        #[sea_orm(column_type = "Text")]
        pub description: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use row::{Column, Entity, Model};

/// A call of a client that was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientError {
    /// Its id.
    pub id: ClientErrorId,
    /// When it was refused.
    pub at: Timestamp,
    /// Where, such as `authorize`.
    pub endpoint: String,
    /// The code of the answer, such as `invalid_grant`.
    pub code: String,
    /// The reason, for the client's developer.
    pub description: String,
}

/// Writes a refusal down for the client's developer and forgets all but the last 50. A client that is gone by now has
/// nobody to tell.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn record_error(
    tx: &Tx,
    id: ClientErrorId,
    client: ClientId,
    at: Timestamp,
    endpoint: &str,
    refusal: &Refusal,
) -> Result<(), StorageError> {
    if super::rows::row::Entity::find_by_id(client.0).one(tx.connection()).await?.is_none() {
        return Ok(());
    }
    let row = Model {
        id: id.0,
        client_id: client.0,
        at: at.0,
        endpoint: endpoint.to_owned(),
        code: refusal.code.as_str().to_owned(),
        description: refusal.description.chars().take(2_000).collect(),
    };
    row.into_active_model().insert(tx.connection()).await?;
    let sql = "DELETE FROM client_errors WHERE client_id = $1 AND id NOT IN \
               (SELECT id FROM client_errors WHERE client_id = $2 ORDER BY at DESC, id DESC LIMIT $3)";
    let values = [client.0.into(), client.0.into(), KEPT.into()];
    let connection = tx.connection();
    let forget = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    connection.execute_raw(forget).await?;
    Ok(())
}

/// The refused calls of a client that are kept, the latest first.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn recent_errors(db: &Db, client: ClientId) -> Result<Vec<ClientError>, StorageError> {
    let query = Entity::find()
        .filter(Column::ClientId.eq(client.0))
        .order_by_desc(Column::At)
        .order_by_desc(Column::Id);
    let rows = query.all(db.read()).await?;
    Ok(rows.into_iter().map(client_error).collect())
}

fn client_error(row: Model) -> ClientError {
    ClientError {
        id: ClientErrorId(row.id),
        at: Timestamp(row.at),
        endpoint: row.endpoint,
        code: row.code,
        description: row.description,
    }
}
