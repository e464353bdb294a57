use sea_orm_migration::prelude::*;

use crate::columns::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Clients that register themselves (RFC 7591), and the tokens by which they may.
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut hash = optional_bytes("registration_hash");
        let clients = Table::alter().table(Alias::new("clients")).add_column(&mut hash).take();
        manager.alter_table(clients).await?;
        // Those that were never used, which go after a while.
        let column = |name: &'static str| Expr::col(Alias::new(name));
        let unused = column("registration_hash").is_not_null().and(column("last_used_at").is_null());
        manager.create_index(index("clients", &["created_at"]).and_where(unused).take()).await?;

        let tokens = table(
            "initial_access_tokens",
            [
                id("id"),
                bytes("hash"),
                text("name"),
                instant("created_at"),
                optional_instant("expires_at"),
                optional_instant("most_uses"),
                instant("uses"),
                optional_instant("last_used_at"),
            ],
        );
        manager.create_table(tokens).await?;
        manager.create_index(unique("initial_access_tokens", &["hash"])).await
    }
}
