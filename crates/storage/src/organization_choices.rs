//! For which organization a person let a client speak last.

use postern_domain::{ClientId, OrganizationId, Timestamp, UserId};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue, QuerySelect};

use crate::{Db, StorageError, Tx};

mod row {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "organization_choices")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub user_id: Uuid,
        pub client_id: Uuid,
        pub organization_id: Uuid,
        pub chosen_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use row::{ActiveModel, Column, Entity};

/// The organization that a person chose last for a client.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn find(db: &Db, user: UserId, client: ClientId) -> Result<Option<OrganizationId>, StorageError> {
    let query = Entity::find()
        .filter(Column::UserId.eq(user.0))
        .filter(Column::ClientId.eq(client.0))
        .select_only()
        .column(Column::OrganizationId);
    let found: Option<Uuid> = query.into_tuple().one(db.read()).await?;
    Ok(found.map(OrganizationId))
}

/// Keeps a choice in the place of the one before. `id` is of the row, if there is none yet.
///
/// # Errors
/// [`StorageError`] if the database fails, or person, client or organization is gone.
pub async fn keep(
    tx: &Tx,
    id: Uuid,
    user: UserId,
    client: ClientId,
    organization: OrganizationId,
    now: Timestamp,
) -> Result<(), StorageError> {
    let row = ActiveModel {
        id: ActiveValue::Set(id),
        user_id: ActiveValue::Set(user.0),
        client_id: ActiveValue::Set(client.0),
        organization_id: ActiveValue::Set(organization.0),
        chosen_at: ActiveValue::Set(now.0),
    };
    let instead = OnConflict::columns([Column::UserId, Column::ClientId])
        .update_columns([Column::OrganizationId, Column::ChosenAt])
        .to_owned();
    Entity::insert(row).on_conflict(instead).exec_without_returning(tx.connection()).await?;
    Ok(())
}
