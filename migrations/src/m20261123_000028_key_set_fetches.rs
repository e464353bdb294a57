use sea_orm_migration::prelude::*;

use crate::columns::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Who has fetched the key set: address and program, which together are the key.
        let fetches = table(
            "key_set_fetches",
            [
                text("fetcher"),
                text("address"),
                text("program"),
                text("neighbourhood"),
                instant("first_at"),
                instant("last_at"),
                instant("fetches"),
                instant("newest_key_at"),
                text("kids"),
            ],
        );
        manager.create_table(fetches).await?;
        manager.create_index(index("key_set_fetches", &["last_at"])).await
    }
}
