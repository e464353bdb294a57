use sea_orm_migration::prelude::*;

use crate::columns::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        session_clients(manager).await?;
        logout_notices(manager).await?;
        browsers(manager).await
    }
}

/// Which clients got an id_token in which session.
async fn session_clients(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut clients =
        table("session_clients", [id("id"), id("session_id"), id("client_id"), text("subject")]);
    owned_by(&mut clients, "session_id", "sessions");
    owned_by(&mut clients, "client_id", "clients");
    manager.create_table(clients).await?;
    manager.create_index(unique("session_clients", &["session_id", "client_id", "subject"])).await?;
    manager.create_index(index("session_clients", &["client_id"])).await
}

/// What clients are still to be told, or were told, of sessions that ended.
async fn logout_notices(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut notices = table(
        "logout_notices",
        [
            id("id"),
            id("session_id"),
            id("client_id"),
            text("subject"),
            instant("created_at"),
            optional_instant("next_try_at"),
            instant("tries"),
            optional_instant("status"),
            optional_text("problem"),
            optional_instant("delivered_at"),
        ],
    );
    owned_by(&mut notices, "client_id", "clients");
    manager.create_table(notices).await?;
    // Only the few that are still to be delivered have a next try.
    let waiting = Expr::col(Alias::new("next_try_at")).is_not_null();
    manager.create_index(index("logout_notices", &["next_try_at"]).and_where(waiting).take()).await?;
    manager.create_index(index("logout_notices", &["client_id", "created_at", "id"])).await?;
    manager.create_index(index("logout_notices", &["created_at"])).await
}

/// Which sessions are of one browser; a session without one is alone in its own.
async fn browsers(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut browser = optional_id("browser_id");
    manager.alter_table(Table::alter().table(Alias::new("sessions")).add_column(&mut browser).take()).await?;
    let several = Expr::col(Alias::new("browser_id")).is_not_null();
    manager.create_index(index("sessions", &["browser_id"]).and_where(several).take()).await
}
