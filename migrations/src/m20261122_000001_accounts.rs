use sea_orm_migration::prelude::*;

use crate::columns::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(table(
                "users",
                [
                    id("id"),
                    text("email"),
                    text("email_key"),
                    flag("email_verified"),
                    text("username"),
                    text("username_key"),
                    text("name"),
                    text("rights"),
                    text("state"),
                    optional_text("password_hash"),
                    instant("password_changed_at"),
                    instant("created_at"),
                    instant("updated_at"),
                ],
            ))
            .await?;
        manager.create_index(unique("users", &["email_key"])).await?;
        manager.create_index(unique("users", &["username_key"])).await?;

        let mut sessions = table(
            "sessions",
            [
                bytes("id_hash"),
                id("id"),
                id("user_id"),
                text("data"),
                instant("auth_time"),
                text("amr"),
                instant("created_at"),
                instant("last_seen_at"),
                instant("expires_at"),
                text("user_agent"),
                text("address"),
            ],
        );
        owned_by(&mut sessions, "user_id", "users");
        manager.create_table(sessions).await?;
        manager.create_index(unique("sessions", &["id"])).await?;
        manager.create_index(index("sessions", &["user_id"])).await?;
        manager.create_index(index("sessions", &["expires_at"])).await?;
        Ok(())
    }
}
