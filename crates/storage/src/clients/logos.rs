use postern_domain::ClientId;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};

use super::rows::row as client_row;
use crate::{Db, StorageError, Tx};

mod row {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "client_logos")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub client_id: Uuid,
        pub digest: String,
        pub content_type: String,
        pub bytes: Vec<u8>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use row::{Column, Entity, Model};

/// A picture that this server made of what somebody uploaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logo {
    /// SHA-256 of the bytes, in lower-case hexadecimal: its name.
    pub digest: String,
    /// What it is, such as `image/png`.
    pub content_type: String,
    /// The picture.
    pub bytes: Vec<u8>,
}

/// A logo by its digest, whosever it is.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn find_logo(db: &Db, digest: &str) -> Result<Option<Logo>, StorageError> {
    let row = Entity::find().filter(Column::Digest.eq(digest)).limit(1).one(db.read()).await?;
    Ok(row.map(|row| Logo { digest: row.digest, content_type: row.content_type, bytes: row.bytes }))
}

/// Gives a client a logo in place of the one it may have.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn set_logo(tx: &Tx, client: ClientId, logo: &Logo) -> Result<(), StorageError> {
    let row = Model {
        client_id: client.0,
        digest: logo.digest.clone(),
        content_type: logo.content_type.clone(),
        bytes: logo.bytes.clone(),
    };
    let replace = OnConflict::column(Column::ClientId)
        .update_columns([Column::Digest, Column::ContentType, Column::Bytes])
        .to_owned();
    Entity::insert(row.into_active_model()).on_conflict(replace).exec(tx.connection()).await?;
    name_logo(tx, client, Some(&logo.digest)).await
}

/// Takes a client's logo away.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn remove_logo(tx: &Tx, client: ClientId) -> Result<(), StorageError> {
    Entity::delete_by_id(client.0).exec(tx.connection()).await?;
    name_logo(tx, client, None).await
}

async fn name_logo(tx: &Tx, client: ClientId, digest: Option<&str>) -> Result<(), StorageError> {
    client_row::Entity::update_many()
        .col_expr(client_row::Column::LogoDigest, Expr::value(digest))
        .filter(client_row::Column::Id.eq(client.0))
        .exec(tx.connection())
        .await?;
    tx.invalidate(client.0);
    Ok(())
}
