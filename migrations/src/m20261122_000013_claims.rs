use sea_orm_migration::prelude::*;

use crate::columns::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // What people say of themselves beside name and e-mail, and which claims they allowed by name.
        for table in ["users", "consents"] {
            let mut claims = optional_text("claims");
            manager
                .alter_table(Table::alter().table(Alias::new(table)).add_column(&mut claims).take())
                .await?;
        }
        Ok(())
    }
}
