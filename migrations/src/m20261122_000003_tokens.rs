use sea_orm_migration::prelude::*;

use crate::columns::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut consents = table(
            "consents",
            [
                id("id"),
                id("user_id"),
                id("client_id"),
                text("subject"),
                text("scopes"),
                text("redirect_host"),
                instant("granted_at"),
                instant("updated_at"),
            ],
        );
        owned_by(&mut consents, "user_id", "users");
        owned_by(&mut consents, "client_id", "clients");
        manager.create_table(consents).await?;
        manager.create_index(unique("consents", &["user_id", "client_id", "subject"])).await?;
        manager.create_index(index("consents", &["client_id"])).await?;

        let mut grants = table(
            "grants",
            [
                id("id"),
                id("client_id"),
                id("user_id"),
                text("permit"),
                text("authentication"),
                instant("created_at"),
                optional_instant("expires_at"),
                optional_instant("revoked_at"),
            ],
        );
        owned_by(&mut grants, "client_id", "clients");
        owned_by(&mut grants, "user_id", "users");
        manager.create_table(grants).await?;
        manager.create_index(index("grants", &["client_id", "user_id"])).await?;
        manager.create_index(index("grants", &["user_id"])).await?;

        // No foreign key to grants: a code is there before the grant that its redemption makes.
        let mut tokens = table(
            "tokens",
            [
                id("id"),
                text("kind"),
                bytes("hash"),
                optional_id("grant_id"),
                optional_id("client_id"),
                optional_id("user_id"),
                text("permit"),
                optional_text("data"),
                instant("created_at"),
                optional_instant("expires_at"),
                optional_instant("consumed_at"),
                optional_instant("revoked_at"),
                optional_instant("last_used_at"),
                optional_bytes("successor"),
            ],
        );
        owned_by(&mut tokens, "client_id", "clients");
        owned_by(&mut tokens, "user_id", "users");
        manager.create_table(tokens).await?;
        manager.create_index(unique("tokens", &["hash"])).await?;
        manager.create_index(index("tokens", &["grant_id"])).await?;
        manager.create_index(index("tokens", &["client_id"])).await?;
        // Of one person's at one client, too: without it a planner may read all of a large client's.
        manager.create_index(index("tokens", &["user_id", "client_id"])).await?;
        manager.create_index(index("tokens", &["expires_at"])).await?;
        // Only the few tokens that were just replaced have a successor to forget.
        let replaced = Expr::col(Alias::new("successor")).is_not_null();
        manager.create_index(index("tokens", &["consumed_at"]).and_where(replaced).take()).await?;
        Ok(())
    }
}
