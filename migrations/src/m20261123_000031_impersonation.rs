use sea_orm_migration::prelude::*;

use crate::columns::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Who acts in a session as its person, and in which session of their own they do.
        for name in ["impersonator_id", "impersonator_session_id"] {
            let mut column = optional_id(name);
            let sessions = Alias::new("sessions");
            manager.alter_table(Table::alter().table(sessions).add_column(&mut column).take()).await?;
            let several = Expr::col(Alias::new(name)).is_not_null();
            manager.create_index(index("sessions", &[name]).and_where(several).take()).await?;
        }
        Ok(())
    }
}
