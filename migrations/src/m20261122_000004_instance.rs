use sea_orm_migration::prelude::*;

use crate::columns::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(table(
                "one_time_values",
                [
                    bytes("hash"),
                    text("kind"),
                    text("data"),
                    instant("created_at"),
                    instant("expires_at"),
                    optional_instant("consumed_at"),
                ],
            ))
            .await?;
        manager.create_index(index("one_time_values", &["expires_at"])).await?;

        manager
            .create_table(table("budgets", [bytes("hash"), instant("window_ends_at"), instant("used")]))
            .await?;
        manager.create_index(index("budgets", &["window_ends_at"])).await?;

        manager
            .create_table(table(
                "signing_keys",
                [
                    text("id"),
                    text("algorithm"),
                    text("public_jwk"),
                    bytes("sealed_private_key"),
                    instant("created_at"),
                    instant("signs_from"),
                    optional_instant("signs_until"),
                    optional_instant("removed_at"),
                ],
            ))
            .await?;
        manager.create_index(index("signing_keys", &["algorithm"])).await?;

        manager.create_table(table("settings", [text("name"), text("value")])).await?;

        manager.create_table(table("epochs", [instant("slot"), instant("value")])).await?;
        let mut rows = Query::insert();
        rows.into_table(Alias::new("epochs")).columns([Alias::new("slot"), Alias::new("value")]);
        for slot in 0..256 {
            rows.values_panic([slot.into(), 0.into()]);
        }
        manager.execute(rows).await?;

        Ok(())
    }
}
