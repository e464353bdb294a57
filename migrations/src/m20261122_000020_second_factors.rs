use sea_orm_migration::prelude::*;

use crate::columns::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = [id("user_id"), bytes("secret"), instant("last_step"), instant("created_at")];
        let mut authenticators = table("authenticators", columns);
        owned_by(&mut authenticators, "user_id", "users");
        manager.create_table(authenticators).await?;
        let mut codes = table("recovery_codes", [bytes("hash"), id("user_id"), instant("created_at")]);
        owned_by(&mut codes, "user_id", "users");
        manager.create_table(codes).await?;
        manager.create_index(index("recovery_codes", &["user_id"])).await
    }
}
