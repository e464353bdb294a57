use sea_orm_migration::prelude::*;

use crate::columns::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // A code can be made with the secret itself only, not with its hash; of clients that do not, there is none.
        let mut sealed = optional_bytes("sealed");
        manager
            .alter_table(Table::alter().table(Alias::new("client_secrets")).add_column(&mut sealed).take())
            .await
    }
}
