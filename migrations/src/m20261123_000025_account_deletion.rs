use sea_orm_migration::prelude::*;

use crate::columns::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut deletes_at = optional_instant("deletes_at");
        let users = Alias::new("users");
        manager.alter_table(Table::alter().table(users).add_column(&mut deletes_at).take()).await?;
        // Only the few accounts that are to be deleted have it.
        let leaving = Expr::col(Alias::new("deletes_at")).is_not_null();
        manager.create_index(index("users", &["deletes_at"]).and_where(leaving).take()).await
    }
}
