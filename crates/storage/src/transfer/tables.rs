use std::collections::{BTreeMap, BTreeSet};

use postern_migrations::Migrator;
use sea_orm_migration::MigratorTrait;
use sqlx::postgres::PgConnection;
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Row};

use crate::StorageError;
use crate::backup::{failed, unavailable};

/// Which migrations were applied. Each database knows its own.
const VERSIONS: &str = "seaql_migrations";

/// That the database has the schema of this version, neither an older one nor a newer one.
pub(super) async fn check_version(source: &mut SqliteConnection) -> Result<(), StorageError> {
    let rows = sqlx::query("SELECT version FROM seaql_migrations").fetch_all(source).await.map_err(failed)?;
    let applied = rows.iter().map(|row| row.try_get::<String, _>(0)).collect::<Result<BTreeSet<_>, _>>();
    let known: BTreeSet<String> =
        Migrator::migrations().iter().map(|migration| migration.name().to_owned()).collect();
    if applied.map_err(failed)? == known {
        return Ok(());
    }
    let told =
        "the database is of another version than this program: run `postern migrate` of this version first";
    Err(unavailable(told.to_owned()))
}

/// Every table of the database, each behind those that its rows belong to.
pub(super) async fn all(source: &mut SqliteConnection) -> Result<Vec<String>, StorageError> {
    let sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
    let mut owners: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in sqlx::query(sql).fetch_all(&mut *source).await.map_err(failed)? {
        let table: String = row.try_get(0).map_err(failed)?;
        if table != VERSIONS {
            let of = owners_of(source, &table).await?;
            owners.insert(table, of);
        }
    }
    let mut ordered = Vec::with_capacity(owners.len());
    while !owners.is_empty() {
        let is_ready = |of: &BTreeSet<String>| of.iter().all(|owner| ordered.contains(owner));
        let ready: Vec<String> =
            owners.iter().filter(|(_, of)| is_ready(of)).map(|(table, _)| table.clone()).collect();
        if ready.is_empty() {
            let rest: Vec<&str> = owners.keys().map(String::as_str).collect();
            return Err(unavailable(format!("{} belong to each other", rest.join(", "))));
        }
        owners.retain(|table, _| !ready.contains(table));
        ordered.extend(ready);
    }
    Ok(ordered)
}

/// The tables that rows of this one belong to, other than itself.
async fn owners_of(source: &mut SqliteConnection, table: &str) -> Result<BTreeSet<String>, StorageError> {
    let keys = sqlx::query(AssertSqlSafe(format!("PRAGMA foreign_key_list({table})")));
    let keys = keys.fetch_all(source).await.map_err(failed)?;
    let owners = keys.iter().map(|key| key.try_get::<String, _>("table")).collect::<Result<BTreeSet<_>, _>>();
    let mut owners = owners.map_err(failed)?;
    owners.remove(table);
    Ok(owners)
}

/// That the other database has these tables and no others.
pub(super) async fn check_same(tables: &[String], target: &mut PgConnection) -> Result<(), StorageError> {
    let sql = "SELECT table_name::text FROM information_schema.tables WHERE table_schema = current_schema()";
    let rows = sqlx::query(sql).fetch_all(target).await.map_err(failed)?;
    let there = rows.iter().map(|row| row.try_get::<String, _>(0)).collect::<Result<BTreeSet<_>, _>>();
    let there = there.map_err(failed)?;
    let wanted: BTreeSet<String> = tables.iter().cloned().chain([VERSIONS.to_owned()]).collect();
    match wanted.symmetric_difference(&there).next() {
        None => Ok(()),
        Some(table) => Err(unavailable(format!("only one of the two databases has the table {table}"))),
    }
}
