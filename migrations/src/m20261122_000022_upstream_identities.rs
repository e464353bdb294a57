use sea_orm_migration::prelude::*;

use crate::columns::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Who at which sign-in provider opens which account.
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut identities = table(
            "upstream_identities",
            [
                id("id"),
                id("user_id"),
                text("issuer"),
                text("subject"),
                text("shown"),
                instant("created_at"),
                optional_instant("last_used_at"),
            ],
        );
        owned_by(&mut identities, "user_id", "users");
        manager.create_table(identities).await?;
        manager.create_index(unique("upstream_identities", &["issuer", "subject"])).await?;
        manager.create_index(index("upstream_identities", &["user_id"])).await
    }
}
