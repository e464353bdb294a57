use sea_orm_migration::prelude::*;

use crate::columns::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut clients = table(
            "clients",
            [
                id("id"),
                text("identifier"),
                text("name"),
                optional_id("owner_user_id"),
                optional_id("owner_organization_id"),
                text("metadata"),
                optional_text("logo_digest"),
                flag("disabled"),
                instant("created_at"),
                instant("updated_at"),
                optional_instant("last_used_at"),
            ],
        );
        owned_by(&mut clients, "owner_user_id", "users");
        manager.create_table(clients).await?;
        manager.create_index(unique("clients", &["identifier"])).await?;
        manager.create_index(index("clients", &["owner_user_id"])).await?;

        let mut secrets = table(
            "client_secrets",
            [
                id("id"),
                id("client_id"),
                bytes("hash"),
                text("hint"),
                instant("created_at"),
                optional_instant("expires_at"),
                optional_instant("last_used_at"),
            ],
        );
        owned_by(&mut secrets, "client_id", "clients");
        manager.create_table(secrets).await?;
        manager.create_index(index("client_secrets", &["client_id"])).await?;

        let mut logos =
            table("client_logos", [id("client_id"), text("digest"), text("content_type"), bytes("bytes")]);
        owned_by(&mut logos, "client_id", "clients");
        manager.create_table(logos).await?;
        manager.create_index(index("client_logos", &["digest"])).await?;

        let mut errors = table(
            "client_errors",
            [id("id"), id("client_id"), instant("at"), text("endpoint"), text("code"), text("description")],
        );
        owned_by(&mut errors, "client_id", "clients");
        manager.create_table(errors).await?;
        manager.create_index(index("client_errors", &["client_id", "at"])).await?;
        Ok(())
    }
}
