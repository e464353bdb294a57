use sea_orm_migration::prelude::*;

use crate::columns::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_index(index("clients", &["name"])).await?;
        // Why the last try of a mail failed, and the few that were given up.
        let mut problem = optional_text("problem");
        manager
            .alter_table(Table::alter().table(Alias::new("mails")).add_column(&mut problem).take())
            .await?;
        let is_null = |name: &'static str| Expr::col(Alias::new(name)).is_null();
        let mut given_up = index("mails", &["created_at"]).name("mails_given_up").take();
        given_up.and_where(is_null("next_try_at")).and_where(is_null("sent_at"));
        manager.create_index(given_up).await
    }
}
