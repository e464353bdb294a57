use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};

use postern_domain::Timestamp;
use sea_orm::{ConnectionTrait, DatabaseTransaction, EntityTrait, Statement, UpdateMany, Value};
use uuid::Uuid;

use crate::StorageError;
use crate::epochs::slot_of;

/// The future of a unit of work.
pub type Work<'a, T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'a>>;

/// A transaction in progress. Only [`Db::write`](crate::Db::write) makes one, so a function that takes a `&Tx` cannot be
/// called outside of a change.
pub struct Tx {
    connection: DatabaseTransaction,
    touched: Mutex<BTreeSet<usize>>,
}

impl Tx {
    pub(crate) const fn new(connection: DatabaseTransaction) -> Self {
        Self { connection, touched: Mutex::new(BTreeSet::new()) }
    }

    /// Where the statements of this transaction go.
    pub(crate) const fn connection(&self) -> &DatabaseTransaction {
        &self.connection
    }

    /// Says that verdicts about `id` (a client, a user, a grant or a session) may now be other than before: when the
    /// change is committed, caches on this node forget them at once and those on other nodes within a second.
    pub fn invalidate(&self, id: impl Into<Uuid>) {
        self.touched.lock().unwrap_or_else(PoisonError::into_inner).insert(slot_of(id.into()));
    }

    /// Changes the one row that `update` is about, and so whatever verdicts go by `id`; answers whether it was there.
    pub(crate) async fn change<E: EntityTrait>(
        &self,
        id: Uuid,
        update: UpdateMany<E>,
    ) -> Result<bool, StorageError> {
        let updated = update.exec(&self.connection).await?;
        self.invalidate(id);
        Ok(updated.rows_affected == 1)
    }

    /// Writes down what was invalidated, as the last statement of the work, and says what it was.
    pub(crate) async fn note_invalidated(&self) -> Result<BTreeSet<usize>, StorageError> {
        let touched = std::mem::take(&mut *self.touched.lock().unwrap_or_else(PoisonError::into_inner));
        if !touched.is_empty() {
            let slots: Vec<String> = touched.iter().map(ToString::to_string).collect();
            let sql = format!("UPDATE epochs SET value = value + 1 WHERE slot IN ({})", slots.join(", "));
            let statement = Statement::from_string(self.connection.get_database_backend(), sql);
            self.connection.execute_raw(statement).await?;
        }
        Ok(touched)
    }

    /// Runs a statement that stands alone, with the time as its only value if it takes it.
    pub(crate) async fn run(&self, sql: &str, now: Option<Timestamp>) -> Result<u64, StorageError> {
        let values: Vec<Value> = now.map(|now| now.0.into()).into_iter().collect();
        let statement = Statement::from_sql_and_values(self.connection.get_database_backend(), sql, values);
        Ok(self.connection.execute_raw(statement).await?.rows_affected())
    }

    pub(crate) fn into_connection(self) -> DatabaseTransaction {
        self.connection
    }
}
