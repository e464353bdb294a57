use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::columns::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let users = || Alias::new("users");
        // People are looked for by how their names and addresses begin: in the order of their bytes, which is SQLite's already.
        if manager.get_database_backend() == DbBackend::Postgres {
            for key in ["username_key", "email_key"] {
                let sql = format!("ALTER TABLE users ALTER COLUMN {key} TYPE text COLLATE \"C\"");
                manager.get_connection().execute_unprepared(&sql).await?;
            }
        }
        // The few who have rights, and the few whose accounts are closed.
        let few = |name: &'static str| index("users", &["id"]).name(name).table(users()).take();
        let with_rights = Expr::col(Alias::new("rights")).ne("[]");
        manager.create_index(few("users_with_rights").and_where(with_rights).take()).await?;
        let closed = Expr::col(Alias::new("state")).eq("disabled");
        manager.create_index(few("users_disabled").and_where(closed).take()).await
    }
}
