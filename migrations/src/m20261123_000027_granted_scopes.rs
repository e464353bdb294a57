use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::columns::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // The scopes that a client was ever issued a token with, and since when that is noted.
        for mut column in [optional_text("granted_scopes"), optional_instant("granted_scopes_since")] {
            let clients = Alias::new("clients");
            manager.alter_table(Table::alter().table(clients).add_column(&mut column).take()).await?;
        }
        // Of what the clients that are there were issued before, nobody knows.
        let now = match manager.get_database_backend() {
            DbBackend::Postgres => "CAST(EXTRACT(EPOCH FROM now()) AS BIGINT)",
            _ => "unixepoch()",
        };
        let sql = format!("UPDATE clients SET granted_scopes_since = {now}");
        manager.get_connection().execute_unprepared(&sql).await?;
        Ok(())
    }
}
