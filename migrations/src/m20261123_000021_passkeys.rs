use sea_orm_migration::prelude::*;

use crate::columns::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = [
            id("id"),
            id("user_id"),
            bytes("credential_id"),
            text("name"),
            text("credential"),
            instant("counter"),
            instant("created_at"),
            optional_instant("last_used_at"),
        ];
        let mut passkeys = table("passkeys", columns);
        owned_by(&mut passkeys, "user_id", "users");
        manager.create_table(passkeys).await?;
        manager.create_index(index("passkeys", &["user_id"])).await?;
        manager.create_index(unique("passkeys", &["credential_id"])).await
    }
}
