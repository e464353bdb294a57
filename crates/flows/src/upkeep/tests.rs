mod size;

use std::collections::BTreeMap;

use postern_storage::{Db, settings};
use sqlx::{Connection, Row, SqliteConnection};

use super::*;
use crate::party::Party;
use crate::testing::{self, TestApp};

/// The tables of which rows go by time, each with what it is that deletes them.
fn emptied() -> BTreeMap<&'static str, &'static str> {
    let by_sort = Sort::ALL.map(|sort| (table_of(sort), "a batch of every pass"));
    let others = [
        ("grants", "with the last of their tokens"),
        ("users", "account_deletion"),
        ("audit_events", "audit::clean"),
        ("audit_segments", "audit::clean"),
        (
            "settings",
            "api_tokens::forget_silent; otherwise there is one row for each name that the program knows",
        ),
    ];
    by_sort.into_iter().chain(others).collect()
}

fn table_of(sort: Sort) -> &'static str {
    match sort {
        Sort::Successors | Sort::Tokens | Sort::ApiTokens => "tokens",
        Sort::Sessions => "sessions",
        Sort::OneTimeValues => "one_time_values",
        Sort::RecoveryLinks => "recovery_links",
        Sort::Invitations => "invitations",
        Sort::Registrations => "clients",
        Sort::InitialAccessTokens => "initial_access_tokens",
        Sort::Budgets => "budgets",
        Sort::Keys => "signing_keys",
        Sort::KeySetFetches => "key_set_fetches",
        Sort::Mails => "mails",
        Sort::LogoutNotices => "logout_notices",
    }
}

/// The tables of which rows live as long as their owners do, and why an owner has not ever more of them.
const OWNED: [(&str, &[&str], &str); 14] = [
    ("client_secrets", &["clients"], "ended ones go when a new one is made"),
    ("client_logos", &["clients"], "one for each client"),
    ("client_errors", &["clients"], "the last 50 of each client"),
    ("consents", &["users", "clients"], "one for each person, client and subject"),
    ("memberships", &["organizations", "users"], "one for each person and organization"),
    ("customers", &["organizations"], "the organization's own data"),
    ("app_approvals", &["organizations", "clients"], "one for each client and organization"),
    ("organization_choices", &["users", "clients", "organizations"], "one for each person and client"),
    ("session_clients", &["sessions", "clients"], "one for each client and subject of a session"),
    ("authenticators", &["users"], "one for each account"),
    ("recovery_codes", &["users"], "new ones take the place of old ones"),
    ("passkeys", &["users"], "as many as an account may have"),
    ("upstream_identities", &["users"], "as many as an account may have"),
    ("recovery_links", &["users"], "one for each account"),
];

/// The tables that hold what people made and delete themselves, or a fixed number of rows.
const KEPT: [&str; 3] = ["organizations", "epochs", "seaql_migrations"];

async fn connection(app: &TestApp) -> SqliteConnection {
    SqliteConnection::connect(&format!("sqlite://{}/postern.db", app.folder().display())).await.unwrap()
}

async fn words(connection: &mut SqliteConnection, sql: String) -> Vec<String> {
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(connection).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

#[tokio::test]
async fn no_table_grows_for_ever() {
    let app = testing::app().await;
    let mut connection = connection(&app).await;
    let tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
    let tables = words(&mut connection, tables.to_owned()).await;
    let emptied = emptied();
    for table in &tables {
        let owned = OWNED.iter().find(|(name, _, _)| name == table);
        assert!(
            emptied.contains_key(table.as_str()) || owned.is_some() || KEPT.contains(&table.as_str()),
            "nobody deletes rows of {table}: let upkeep do it, or say above whose they are"
        );
        for owner in owned.map_or(&[][..], |(_, owners, _)| owners) {
            let cascades = format!(
                "SELECT \"table\" FROM pragma_foreign_key_list('{table}') WHERE on_delete = 'CASCADE' AND \"table\" = '{owner}'"
            );
            assert_eq!(
                words(&mut connection, cascades).await,
                [*owner],
                "rows of {table} outlive their owner"
            );
        }
    }
    let known = emptied.keys().copied().chain(OWNED.map(|(name, _, _)| name)).chain(KEPT);
    for table in known {
        assert!(tables.iter().any(|there| there == table), "there is no table {table} any more");
    }
}

async fn set(app: &TestApp, name: &'static str, value: String) {
    let write = app.db.write(value, move |tx, value| {
        Box::pin(async move { Ok::<_, Refusal>(settings::set(tx, name, value).await?) })
    });
    write.await.unwrap();
}

#[tokio::test]
async fn nodes_that_stopped_without_a_word_are_forgotten() {
    let app = testing::app().await;
    let now = app.clock.now();
    let ago = |seconds| format!("false {}", now.minus(Lifetime::seconds(seconds)).0);
    set(&app, "node.crashed", ago(86_400)).await;
    set(&app, "node.alive", ago(86_399)).await;
    set(&app, "node.odd", "what is this".to_owned()).await;
    set(&app, "nodes", ago(86_400)).await;
    assert_eq!(pass(&app).await.unwrap(), 2);
    for (name, is_there) in
        [("node.crashed", false), ("node.alive", true), ("node.odd", false), ("nodes", true)]
    {
        assert_eq!(settings::find(&app.db, name).await.unwrap().is_some(), is_there, "{name}");
    }
}

async fn count(app: &TestApp, sql: &'static str) -> i64 {
    sqlx::query(sql).fetch_one(&mut connection(app).await).await.unwrap().get(0)
}

#[tokio::test]
async fn a_grant_goes_with_the_last_of_its_tokens() {
    let party = Party::new().await;
    let app = &party.app;
    let grants = "SELECT count(*) FROM grants";
    party.tokens().await;
    party.tokens().await;
    pass(app).await.unwrap();
    assert_eq!(count(app, grants).await, 2);
    // As those are that speak for an organization.
    let acme = testing::organization(app, "acme", party.user.id).await.id;
    let move_one = "UPDATE tokens SET organization_id = $1 WHERE grant_id = (SELECT min(id) FROM grants)";
    sqlx::query(move_one).bind(acme.0).execute(&mut connection(app).await).await.unwrap();
    let delete = |db: &Db| {
        let db = db.clone();
        async move {
            db.write(acme, |tx, acme| {
                Box::pin(async move { Ok::<_, Refusal>(tokens::delete_of_organization(tx, *acme, 1).await?) })
            })
            .await
            .unwrap()
        }
    };
    while delete(&app.db).await {}
    assert_eq!(count(app, grants).await, 1);
    app.advance(Lifetime::days(92));
    pass(app).await.unwrap();
    assert_eq!((count(app, grants).await, count(app, "SELECT count(*) FROM tokens").await), (0, 0));
}
