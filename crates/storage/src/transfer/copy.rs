use std::fmt::Write;

use futures_util::TryStreamExt;
use sqlx::postgres::PgConnection;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Row};
use uuid::Uuid;

use super::count;
use crate::StorageError;
use crate::backup::{failed, unavailable};

/// How many bytes are sent at a time.
const CHUNK: usize = 1 << 20;

/// A column, and how its values are kept.
struct Column {
    name: String,
    kind: Kind,
}

#[derive(Clone, Copy)]
enum Kind {
    Id,
    Number,
    Flag,
    Text,
    Bytes,
}

/// Copies a table, whatever is in it already, and answers how many rows it has.
pub(super) async fn table(
    source: &mut SqliteConnection,
    target: &mut PgConnection,
    table: &str,
) -> Result<u64, StorageError> {
    let columns = columns(target, table).await?;
    let names = columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join("\", \"");
    // Migrations put the first rows into some.
    let emptied = sqlx::query(AssertSqlSafe(format!("DELETE FROM \"{table}\"")));
    emptied.execute(&mut *target).await.map_err(failed)?;
    let mut sent: u64 = 0;
    {
        let mut copying = target
            .copy_in_raw(&format!("COPY \"{table}\" (\"{names}\") FROM STDIN"))
            .await
            .map_err(failed)?;
        let rows = sqlx::query(AssertSqlSafe(format!("SELECT \"{names}\" FROM \"{table}\"")));
        let mut rows = rows.fetch(&mut *source);
        let mut text = String::with_capacity(CHUNK + CHUNK / 4);
        while let Some(row) = rows.try_next().await.map_err(failed)? {
            write_row(&mut text, &row, &columns).map_err(|error| unavailable(format!("{table}: {error}")))?;
            sent += 1;
            if text.len() >= CHUNK {
                copying.send(text.as_bytes()).await.map_err(failed)?;
                text.clear();
            }
        }
        copying.send(text.as_bytes()).await.map_err(failed)?;
        copying.finish().await.map_err(failed)?;
    }
    let there = count(target, &format!("SELECT COUNT(*) FROM \"{table}\"")).await?;
    if u64::try_from(there).ok() != Some(sent) {
        return Err(unavailable(format!(
            "of {sent} rows of {table} {there} have arrived; nothing was moved"
        )));
    }
    Ok(sent)
}

async fn columns(target: &mut PgConnection, table: &str) -> Result<Vec<Column>, StorageError> {
    let sql = "SELECT column_name::text, data_type::text FROM information_schema.columns \
         WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position";
    let rows = sqlx::query(sql).bind(table).fetch_all(target).await.map_err(failed)?;
    let column = |row: &sqlx::postgres::PgRow| {
        let (name, kind): (String, String) =
            (row.try_get(0).map_err(failed)?, row.try_get(1).map_err(failed)?);
        let kind = match kind.as_str() {
            "uuid" => Kind::Id,
            "bigint" | "integer" => Kind::Number,
            "boolean" => Kind::Flag,
            "text" | "character varying" | "json" | "jsonb" => Kind::Text,
            "bytea" => Kind::Bytes,
            other => {
                return Err(unavailable(format!(
                    "{table}.{name} is of the kind {other}, which cannot be moved"
                )));
            }
        };
        Ok(Column { name, kind })
    };
    rows.iter().map(column).collect()
}

/// A row in the text format of COPY.
fn write_row(text: &mut String, row: &SqliteRow, columns: &[Column]) -> Result<(), sqlx::Error> {
    for (at, column) in columns.iter().enumerate() {
        if at > 0 {
            text.push('\t');
        }
        let written = match column.kind {
            Kind::Id => {
                let bytes: Option<Vec<u8>> = row.try_get_unchecked(at)?;
                let id = bytes.map(|bytes| Uuid::from_slice(&bytes)).transpose();
                id.map_err(|error| sqlx::Error::Decode(error.into()))?.map(|id| write!(text, "{id}"))
            }
            Kind::Number => {
                row.try_get_unchecked::<Option<i64>, _>(at)?.map(|number| write!(text, "{number}"))
            }
            Kind::Flag => {
                let flag: Option<i64> = row.try_get_unchecked(at)?;
                flag.map(|flag| text.write_char(if flag == 0 { 'f' } else { 't' }))
            }
            Kind::Text => {
                row.try_get_unchecked::<Option<String>, _>(at)?.map(|words| write_words(text, &words))
            }
            Kind::Bytes => {
                let bytes: Option<Vec<u8>> = row.try_get_unchecked(at)?;
                bytes.map(|bytes| {
                    text.push_str("\\\\x");
                    bytes.iter().try_for_each(|byte| write!(text, "{byte:02x}"))
                })
            }
        };
        if written.is_none() {
            text.push_str("\\N");
        }
    }
    text.push('\n');
    Ok(())
}

fn write_words(text: &mut String, words: &str) -> std::fmt::Result {
    for letter in words.chars() {
        match letter {
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            other => text.push(other),
        }
    }
    Ok(())
}
