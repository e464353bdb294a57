use sea_orm_migration::prelude::*;

use crate::columns::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // The limits within which a person allowed it; none is no limit.
        let mut limits = optional_text("limits");
        manager.alter_table(Table::alter().table(Alias::new("consents")).add_column(&mut limits).take()).await
    }
}
