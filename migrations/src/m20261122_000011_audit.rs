use sea_orm_migration::prelude::*;

use crate::columns::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        events(manager).await?;
        segments(manager).await
    }
}

/// Calls and acts. Nothing points at other tables: what is written down outlives what it is about.
async fn events(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let events = table(
        "audit_events",
        [
            id("id"),
            instant("at"),
            text("outcome"),
            optional_text("action"),
            optional_id("token_id"),
            optional_id("user_id"),
            optional_id("acting_for"),
            optional_id("client_id"),
            optional_id("organization_id"),
            optional_id("target_id"),
            text("data"),
            optional_instant("segment"),
            optional_instant("position"),
            bytes("hash"),
        ],
    );
    manager.create_table(events).await?;
    let there = |name: &'static str| Expr::col(Alias::new(name)).is_not_null();
    let of = |columns: &[&'static str]| index("audit_events", columns);
    let unchained = Expr::col(Alias::new("segment")).is_null();
    // Ids order as events do. With the outcome in front of them each search is a stretch of one index, or of one for each
    // of the four outcomes.
    let indices = [
        of(&["outcome", "id"]),
        of(&["token_id", "outcome", "id"]).and_where(there("token_id")).take(),
        of(&["user_id", "outcome", "id"]).and_where(there("user_id")).take(),
        of(&["acting_for", "outcome", "id"]).and_where(there("acting_for")).take(),
        of(&["target_id", "id"]).and_where(there("target_id")).take(),
        of(&["organization_id", "outcome", "id"]).and_where(there("organization_id")).take(),
        of(&["organization_id", "user_id", "outcome", "id"]).and_where(there("organization_id")).take(),
        of(&["action", "id"]).and_where(there("action")).take(),
        // There are few acts beside the calls, and fewer of one kind.
        of(&["token_id", "action", "id"]).and_where(there("action")).take(),
        of(&["user_id", "action", "id"]).and_where(there("action")).take(),
        of(&["organization_id", "action", "id"]).and_where(there("action")).take(),
        of(&["id"]).name("audit_events_unchained").and_where(unchained).take(),
        unique("audit_events", &["segment", "position"]),
    ];
    for index in indices {
        manager.create_index(index).await?;
    }
    Ok(())
}

/// The stretches of the chain: those of one node, one day and one sort of event.
async fn segments(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let segments = table(
        "audit_segments",
        [
            instant("number"),
            id("node"),
            text("sort"),
            instant("day"),
            bytes("opening"),
            instant("count"),
            bytes("last_hash"),
            bytes("end_mark"),
            optional_instant("cleared_at"),
            optional_bytes("cleared_mark"),
        ],
    );
    manager.create_table(segments).await?;
    let kept = Expr::col(Alias::new("cleared_at")).is_null();
    manager.create_index(index("audit_segments", &["sort", "day"]).and_where(kept).take()).await
}
