use sea_orm_migration::prelude::*;

use crate::columns::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(table(
                "mails",
                [
                    id("id"),
                    text("recipient"),
                    text("kind"),
                    optional_bytes("data"),
                    instant("created_at"),
                    optional_instant("next_try_at"),
                    instant("tries"),
                    optional_instant("sent_at"),
                ],
            ))
            .await?;
        // Only the few mails that are still to be sent have a next try.
        let waiting = Expr::col(Alias::new("next_try_at")).is_not_null();
        manager.create_index(index("mails", &["next_try_at"]).and_where(waiting).take()).await?;
        manager.create_index(index("mails", &["created_at"])).await?;
        token_ends(manager).await
    }
}

/// Which of a token's ends its owner was told of.
async fn token_ends(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut told = optional_instant("end_told_at");
    manager.alter_table(Table::alter().table(Alias::new("tokens")).add_column(&mut told).take()).await
}
