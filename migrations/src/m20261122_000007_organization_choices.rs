use sea_orm_migration::prelude::*;

use crate::columns::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // The organizations that a person's consent is limited to; none is no limit.
        let mut limit = optional_text("organizations");
        let consents = Table::alter().table(Alias::new("consents")).add_column(&mut limit).take();
        manager.alter_table(consents).await?;
        manager.create_index(index("consents", &["subject"])).await?;

        let mut choices = table(
            "organization_choices",
            [id("id"), id("user_id"), id("client_id"), id("organization_id"), instant("chosen_at")],
        );
        owned_by(&mut choices, "user_id", "users");
        owned_by(&mut choices, "client_id", "clients");
        owned_by(&mut choices, "organization_id", "organizations");
        manager.create_table(choices).await?;
        manager.create_index(unique("organization_choices", &["user_id", "client_id"])).await?;
        manager.create_index(index("organization_choices", &["client_id"])).await?;
        manager.create_index(index("organization_choices", &["organization_id"])).await
    }
}
