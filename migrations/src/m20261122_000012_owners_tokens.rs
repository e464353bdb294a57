use sea_orm_migration::prelude::*;

use crate::columns::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// An owner's tokens with a name are all of one kind. With it in their indices, SQLite took those that have everybody's of that
/// kind for as good, and went through a million names to find an owner's ten.
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for owner in ["user_id", "organization_id"] {
            for by in ["created_at", "name_key", "expires_at", "revoked_at"] {
                let mut by_kind = Index::drop();
                by_kind.name(format!("tokens_{owner}_kind_{by}_id")).table(Alias::new("tokens"));
                manager.drop_index(by_kind).await?;
                manager.create_index(of(owner, by)).await?;
            }
        }
        Ok(())
    }
}

fn of(owner: &'static str, by: &'static str) -> IndexCreateStatement {
    let column = |name: &'static str| Expr::col(Alias::new(name));
    let mut index = index("tokens", &[owner, by, "id"]);
    index.and_where(column("name_key").is_not_null());
    match by {
        "expires_at" => index.and_where(column("revoked_at").is_null()).take(),
        "revoked_at" => index.and_where(column("revoked_at").is_not_null()).take(),
        _ => index,
    }
}
