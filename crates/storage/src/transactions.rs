//! Changes on PostgreSQL: each in a transaction of its own, run again if it met another one.

use std::any::Any;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use postern_domain::Refusal;
use sea_orm::{DatabaseConnection, TransactionTrait};
use tokio::time::{Instant, timeout_at};

use crate::tx::{Tx, Work};
use crate::{Changes, Epochs, StorageError};

/// How often a change that met another one is tried again.
const RETRIES: u32 = 8;

/// Where changes are made.
#[derive(Clone)]
pub(crate) struct Transactions {
    connection: DatabaseConnection,
    epochs: Arc<Epochs>,
    changes: Arc<Changes>,
}

/// A change that is done but for its commit.
struct Done<T> {
    value: T,
    tx: Tx,
    touched: BTreeSet<usize>,
}

impl Transactions {
    pub(crate) const fn new(
        connection: DatabaseConnection,
        epochs: Arc<Epochs>,
        changes: Arc<Changes>,
    ) -> Self {
        Self { connection, epochs, changes }
    }

    /// Waits `patience` at most until the work is done. What is not is dropped and so rolled back; once the commit is
    /// sent, the answer is awaited, since nobody could say any more that it did not happen.
    pub(crate) async fn write<C, T, E, F>(&self, patience: Duration, input: &C, work: &F) -> Result<T, E>
    where
        E: From<StorageError> + 'static,
        F: for<'a> Fn(&'a Tx, &'a C) -> Work<'a, T, E>,
    {
        let deadline = Instant::now() + patience;
        let mut attempt = 0;
        loop {
            let began = Instant::now();
            let done = timeout_at(deadline, self.run(input, work)).await;
            let error = match done.map_err(|_| StorageError::Busy)? {
                Ok(done) => match self.commit(done).await {
                    Ok(value) => {
                        self.changes.committed(began.elapsed());
                        return Ok(value);
                    }
                    Err(error) => error.into(),
                },
                Err(error) => error,
            };
            attempt += 1;
            if !is_conflict(&error) || attempt > RETRIES {
                return Err(error);
            }
            tokio::time::sleep(Duration::from_millis(3 << attempt.min(6))).await;
        }
    }

    async fn run<C, T, E, F>(&self, input: &C, work: &F) -> Result<Done<T>, E>
    where
        E: From<StorageError>,
        F: for<'a> Fn(&'a Tx, &'a C) -> Work<'a, T, E>,
    {
        let tx = Tx::new(self.connection.begin().await.map_err(StorageError::from)?);
        match work(&tx, input).await {
            Ok(value) => {
                let touched = tx.note_invalidated().await?;
                Ok(Done { value, tx, touched })
            }
            Err(refused) => {
                tx.into_connection().rollback().await.map_err(StorageError::from)?;
                Err(refused)
            }
        }
    }

    async fn commit<T>(&self, done: Done<T>) -> Result<T, StorageError> {
        done.tx.into_connection().commit().await?;
        self.epochs.advance(&done.touched);
        Ok(done.value)
    }
}

/// Whether an error of some work comes from two changes that met, however the work has wrapped it.
fn is_conflict<E: 'static>(error: &E) -> bool {
    let error: &dyn Any = error;
    let wrapped = || error.downcast_ref::<Refusal>()?.cause.as_ref()?.downcast_ref::<StorageError>();
    error.downcast_ref::<StorageError>().or_else(wrapped).is_some_and(StorageError::is_conflict)
}
