use sea_orm_migration::prelude::*;

use crate::columns::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        organizations(manager).await?;
        invitations(manager).await?;
        customers(manager).await?;
        tokens(manager).await
    }
}

async fn organizations(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(table(
            "organizations",
            [
                id("id"),
                text("slug"),
                text("name"),
                text("policy"),
                text("tier"),
                instant("created_at"),
                instant("updated_at"),
            ],
        ))
        .await?;
    manager.create_index(unique("organizations", &["slug"])).await?;

    let mut memberships = table(
        "memberships",
        [id("id"), id("organization_id"), id("user_id"), text("role"), instant("created_at")],
    );
    owned_by(&mut memberships, "organization_id", "organizations");
    owned_by(&mut memberships, "user_id", "users");
    manager.create_table(memberships).await?;
    manager.create_index(unique("memberships", &["organization_id", "user_id"])).await?;
    manager.create_index(index("memberships", &["user_id"])).await?;

    let mut approvals = table(
        "app_approvals",
        [id("id"), id("organization_id"), id("client_id"), optional_id("approved_by"), instant("created_at")],
    );
    owned_by(&mut approvals, "organization_id", "organizations");
    owned_by(&mut approvals, "client_id", "clients");
    manager.create_table(approvals).await?;
    manager.create_index(unique("app_approvals", &["organization_id", "client_id"])).await?;
    manager.create_index(index("app_approvals", &["client_id"])).await?;
    manager.create_index(index("clients", &["owner_organization_id"])).await
}

/// The link of an invitation is a one-time value; here is what its organization sees of it.
async fn invitations(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut invitations = table(
        "invitations",
        [
            id("id"),
            id("organization_id"),
            text("email"),
            text("email_key"),
            text("role"),
            optional_id("invited_by"),
            bytes("link_hash"),
            instant("created_at"),
            instant("expires_at"),
        ],
    );
    owned_by(&mut invitations, "organization_id", "organizations");
    manager.create_table(invitations).await?;
    manager.create_index(unique("invitations", &["organization_id", "email_key"])).await?;
    manager.create_index(unique("invitations", &["link_hash"])).await?;
    manager.create_index(index("invitations", &["email_key"])).await?;
    manager.create_index(index("invitations", &["expires_at"])).await
}

async fn customers(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut customers = table(
        "customers",
        [
            id("id"),
            id("organization_id"),
            optional_text("external_id"),
            text("email"),
            // Bytes, which every database orders alike: a search goes by how they begin.
            bytes("email_key"),
            optional_text("name"),
            optional_bytes("name_key"),
            text("metadata"),
            instant("created_at"),
            instant("updated_at"),
        ],
    );
    owned_by(&mut customers, "organization_id", "organizations");
    manager.create_table(customers).await?;
    manager.create_index(unique("customers", &["organization_id", "external_id"])).await?;
    manager.create_index(unique("customers", &["organization_id", "email_key"])).await?;
    manager.create_index(index("customers", &["organization_id", "created_at", "id"])).await?;
    let named = Expr::col(Alias::new("name_key")).is_not_null();
    manager
        .create_index(index("customers", &["organization_id", "name_key", "id"]).and_where(named).take())
        .await
}

/// What personal and organization tokens and customer sessions have that OAuth's have not. Whoever deletes an
/// organization or a customer deletes its tokens: a column that is added later can have no foreign key on SQLite.
async fn tokens(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = [
        optional_id("organization_id"),
        optional_id("customer_id"),
        optional_text("name"),
        optional_bytes("name_key"),
        optional_id("created_by"),
        optional_text("last_used_from"),
        optional_id("revoked_by"),
        optional_bytes("sealed"),
    ];
    for mut column in columns {
        let tokens = Table::alter().table(Alias::new("tokens")).add_column(&mut column).take();
        manager.alter_table(tokens).await?;
    }
    manager.create_index(index("tokens", &["organization_id"])).await?;
    manager.create_index(index("tokens", &["customer_id"])).await?;
    // What works of a client's, for counting it.
    let works =
        Expr::col(Alias::new("revoked_at")).is_null().and(Expr::col(Alias::new("consumed_at")).is_null());
    manager.create_index(index("tokens", &["client_id", "expires_at"]).and_where(works).take()).await?;
    api_token_lists(manager).await
}

/// Lists of personal and organization tokens, which alone have names, go by one index each, so that they are fast however
/// many tokens of other kinds there are. These pay for none of it.
async fn api_token_lists(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let column = |name: &'static str| Expr::col(Alias::new(name));
    let named = || column("name_key").is_not_null();
    let live = || column("revoked_at").is_null();
    let revoked = || column("revoked_at").is_not_null();
    let of = |columns: &[&'static str]| index("tokens", columns);
    let indices = [
        of(&["user_id", "kind", "created_at", "id"]).and_where(named()).take(),
        of(&["organization_id", "kind", "created_at", "id"]).and_where(named()).take(),
        of(&["kind", "created_at", "id"]).and_where(named()).take(),
        of(&["kind", "name_key", "id"]).and_where(named()).take(),
        of(&["kind", "expires_at", "id"]).and_where(named()).and_where(live()).take(),
        of(&["kind", "revoked_at", "id"]).and_where(named()).and_where(revoked()).take(),
        of(&["id"]).name("tokens_sealed").and_where(column("sealed").is_not_null()).take(),
        // What has ended is deleted by this one; tokens with a name go later.
        of(&["expires_at"]).name("tokens_expires_at_unnamed").and_where(column("name_key").is_null()).take(),
    ];
    for index in indices {
        manager.create_index(index).await?;
    }
    let mut ended = Index::drop();
    ended.name("tokens_expires_at").table(Alias::new("tokens"));
    manager.drop_index(ended).await
}
