use sea_orm_migration::prelude::*;

use crate::columns::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // One for each account: a new link takes the place of the one before.
        let mut links = table(
            "recovery_links",
            [
                id("user_id"),
                bytes("hash"),
                optional_text("email_key"),
                instant("password_changed_at"),
                instant("expires_at"),
            ],
        );
        owned_by(&mut links, "user_id", "users");
        manager.create_table(links).await?;
        manager.create_index(unique("recovery_links", &["hash"])).await?;
        manager.create_index(index("recovery_links", &["expires_at"])).await
    }
}
