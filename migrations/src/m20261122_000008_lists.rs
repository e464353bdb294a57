use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::columns::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_index(index("memberships", &["organization_id", "created_at", "user_id"])).await?;
        manager.create_index(index("memberships", &["organization_id", "role"])).await?;
        owners_tokens(manager).await?;
        searched_organizations(manager).await
    }
}

/// Each list of one owner's tokens goes by one index, however many others have, and however many of the owner's are in
/// another state.
async fn owners_tokens(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let column = |name: &'static str| Expr::col(Alias::new(name));
    for owner in ["user_id", "organization_id"] {
        let of = |by: &'static str| {
            index("tokens", &[owner, "kind", by, "id"]).and_where(column("name_key").is_not_null()).take()
        };
        let indices = [
            of("name_key"),
            of("expires_at").and_where(column("revoked_at").is_null()).take(),
            of("revoked_at").and_where(column("revoked_at").is_not_null()).take(),
        ];
        for index in indices {
            manager.create_index(index).await?;
        }
    }
    Ok(())
}

/// Organizations are looked for by how their slugs and names begin: slugs in the order of their bytes, which is SQLite's
/// already, and names as bytes.
async fn searched_organizations(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let is_postgres = manager.get_database_backend() == DbBackend::Postgres;
    if is_postgres {
        let slugs = "ALTER TABLE organizations ALTER COLUMN slug TYPE text COLLATE \"C\"";
        manager.get_connection().execute_unprepared(slugs).await?;
    }
    let mut key = optional_bytes("name_key");
    let organizations = Table::alter().table(Alias::new("organizations")).add_column(&mut key).take();
    manager.alter_table(organizations).await?;
    // Beyond ASCII, a name that was given earlier is found in its own case only, until it is given again.
    let names = match is_postgres {
        true => "UPDATE organizations SET name_key = convert_to(lower(name), 'UTF8')",
        false => "UPDATE organizations SET name_key = CAST(lower(name) AS BLOB)",
    };
    manager.get_connection().execute_unprepared(names).await?;
    manager.create_index(index("organizations", &["name_key", "slug"])).await
}
