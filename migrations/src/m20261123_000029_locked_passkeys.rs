use sea_orm_migration::prelude::*;

use crate::columns::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Since when nobody gets in by a passkey, because there may be a copy of it.
        let mut locked_at = optional_instant("locked_at");
        let passkeys = Table::alter().table(Alias::new("passkeys")).add_column(&mut locked_at).take();
        manager.alter_table(passkeys).await
    }
}
