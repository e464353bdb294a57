//! Who has fetched the key set, as far as those can be told apart who need not say who they are.

use postern_domain::Timestamp;
use sea_orm::{ConnectionTrait, EntityTrait, PaginatorTrait, QueryOrder, QuerySelect, Statement, Value};

use crate::{Db, StorageError, Tx};

/// Most rows that are kept.
pub const MOST: u64 = 1_000;
/// How many rows one statement writes.
const TOGETHER: usize = 200;

mod row {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "key_set_fetches")]
    pub struct Model {
        /// Address and program.
        #[sea_orm(primary_key, auto_increment = false)]
        pub fetcher: String,
        pub address: String,
        pub program: String,
        pub neighbourhood: String,
        pub first_at: i64,
        pub last_at: i64,
        pub fetches: i64,
        pub newest_key_at: i64,
        #[sea_orm(column_type = "Text")]
        pub kids: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use row::{Column, Entity, Model};

/// How many columns there are.
const COLUMNS: usize = 9;

/// What one program at one address has fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeySetFetch {
    /// An IPv4 address or the network of an IPv6 one; empty for those who were too many to tell apart.
    pub address: String,
    /// What the program calls itself; may be empty.
    pub program: String,
    /// The larger network around the address: of those that share one the first go when there are too many.
    pub neighbourhood: String,
    /// When it fetched the set first.
    pub first_at: Timestamp,
    /// When it fetched the set last.
    pub last_at: Timestamp,
    /// How often it did.
    pub fetches: u64,
    /// When the newest key of the newest set was made that it has seen.
    pub newest_key_at: Timestamp,
    /// The `kid`s of that set, with a space between two.
    pub kids: String,
}

impl KeySetFetch {
    fn key(&self) -> String {
        format!("{} {}", self.address, self.program)
    }
}

/// Adds to what is known of these fetchers, each of which is named once. If there are more than [`MOST`] then, those go
/// that have the most neighbours who fetched later: whoever comes from many addresses of one network pushes out nobody
/// else.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn add(tx: &Tx, fetches: &[KeySetFetch]) -> Result<(), StorageError> {
    let connection = tx.connection();
    let backend = connection.get_database_backend();
    let mut sorted: Vec<(String, &KeySetFetch)> = fetches.iter().map(|fetch| (fetch.key(), fetch)).collect();
    // In one order, so that no two nodes wait for each other.
    sorted.sort_by(|a, b| a.0.cmp(&b.0));
    for part in sorted.chunks(TOGETHER) {
        let values = part.iter().flat_map(|(key, fetch)| values(key, fetch));
        let statement = Statement::from_sql_and_values(backend, adding(part.len()), values);
        connection.execute_raw(statement).await?;
    }
    let there = Entity::find().count(connection).await?;
    let Ok(too_many @ 1..) = i64::try_from(there.saturating_sub(MOST)) else { return Ok(()) };
    let sql = "DELETE FROM key_set_fetches WHERE fetcher IN (SELECT fetcher FROM (SELECT fetcher, last_at, \
         ROW_NUMBER() OVER (PARTITION BY neighbourhood ORDER BY last_at DESC, fetcher) AS place \
         FROM key_set_fetches) placed ORDER BY place DESC, last_at, fetcher LIMIT $1)";
    connection.execute_raw(Statement::from_sql_and_values(backend, sql, [too_many.into()])).await?;
    Ok(())
}

/// The statement that writes so many rows. Of two sets that were seen at the same time by two nodes, the newer one counts.
fn adding(rows: usize) -> String {
    let row = |number: usize| {
        let places = (1..=COLUMNS).map(|column| format!("${}", number * COLUMNS + column));
        format!("({})", places.collect::<Vec<_>>().join(", "))
    };
    let rows = (0..rows).map(row).collect::<Vec<_>>().join(", ");
    let kept = |column: &str, if_new: &str| {
        format!("{column} = CASE WHEN {if_new} THEN excluded.{column} ELSE key_set_fetches.{column} END")
    };
    let newer = "excluded.newest_key_at >= key_set_fetches.newest_key_at";
    let changes = [
        kept("first_at", "excluded.first_at < key_set_fetches.first_at"),
        kept("last_at", "excluded.last_at > key_set_fetches.last_at"),
        "fetches = key_set_fetches.fetches + excluded.fetches".to_owned(),
        kept("newest_key_at", newer),
        kept("kids", newer),
    ];
    format!(
        "INSERT INTO key_set_fetches (fetcher, address, program, neighbourhood, first_at, last_at, fetches, newest_key_at, \
         kids) VALUES {rows} ON CONFLICT (fetcher) DO UPDATE SET {}",
        changes.join(", ")
    )
}

fn values(key: &str, fetch: &KeySetFetch) -> [Value; COLUMNS] {
    [
        key.into(),
        fetch.address.as_str().into(),
        fetch.program.as_str().into(),
        fetch.neighbourhood.as_str().into(),
        fetch.first_at.0.into(),
        fetch.last_at.0.into(),
        i64::try_from(fetch.fetches).unwrap_or(i64::MAX).into(),
        fetch.newest_key_at.0.into(),
        fetch.kids.as_str().into(),
    ]
}

/// All that are known, those that fetched last first.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn list(db: &Db) -> Result<Vec<KeySetFetch>, StorageError> {
    let query = Entity::find().order_by_desc(Column::LastAt).order_by_asc(Column::Fetcher).limit(MOST);
    Ok(query.all(db.read()).await?.into_iter().map(fetch).collect())
}

/// Deletes up to `most` that did not fetch since `before`.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn purge(tx: &Tx, before: Timestamp, most: u32) -> Result<u64, StorageError> {
    let sql = "DELETE FROM key_set_fetches WHERE fetcher IN \
         (SELECT fetcher FROM key_set_fetches WHERE last_at < $1 LIMIT $2)";
    let values: [Value; 2] = [before.0.into(), i64::from(most).into()];
    let connection = tx.connection();
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    Ok(connection.execute_raw(statement).await?.rows_affected())
}

fn fetch(row: Model) -> KeySetFetch {
    KeySetFetch {
        address: row.address,
        program: row.program,
        neighbourhood: row.neighbourhood,
        first_at: Timestamp(row.first_at),
        last_at: Timestamp(row.last_at),
        fetches: u64::try_from(row.fetches).unwrap_or_default(),
        newest_key_at: Timestamp(row.newest_key_at),
        kids: row.kids,
    }
}

#[cfg(test)]
mod tests;
