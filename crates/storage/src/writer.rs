//! The one writer of a SQLite database: queued work runs in one transaction and is answered after the commit. One synced
//! commit thus carries many changes. A piece that undoes itself costs the others a second run, each in its own savepoint.

use std::collections::BTreeSet;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use sea_orm::{
    DatabaseConnection, DatabaseTransaction, DbErr, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
};
use tokio::sync::{mpsc, oneshot};

use crate::tx::{Tx, Work};
use crate::{Changes, Epochs, StorageError};

/// Most pieces of work in one transaction.
const BATCH: usize = 128;
/// Most pieces of work that wait.
const QUEUE: usize = 2_048;
/// Longest that a batch waits for those who were in the one before.
const LINGER: Duration = Duration::from_millis(4);

/// The way to the writer task. The task ends when the last of these is gone.
#[derive(Clone)]
pub(crate) struct Writer {
    queue: mpsc::Sender<Box<dyn Job>>,
    connection: DatabaseConnection,
}

impl Writer {
    pub(crate) fn start(connection: DatabaseConnection, epochs: Arc<Epochs>, changes: Arc<Changes>) -> Self {
        let (queue, jobs) = mpsc::channel(QUEUE);
        tokio::spawn(run(connection.clone(), epochs, changes, jobs));
        Self { queue, connection }
    }

    /// Closes the connection, as soon as no change is made over it.
    pub(crate) async fn close(self) {
        let _a_pool_closes_whatever_happens = self.connection.close().await;
    }

    /// Whether the writer task still runs.
    pub(crate) fn is_there(&self) -> bool {
        !self.queue.is_closed()
    }

    /// Waits `patience` at most until the piece begins; once it has, for as long as it takes, since nobody could say
    /// any more that it did not happen.
    pub(crate) async fn write<C, T, E, F>(&self, patience: Duration, input: C, work: F) -> Result<T, E>
    where
        C: Send + Sync + 'static,
        T: Send + 'static,
        E: From<StorageError> + Send + 'static,
        F: for<'a> Fn(&'a Tx, &'a C) -> Work<'a, T, E> + Send + Sync + 'static,
    {
        let (answer, mut answered) = oneshot::channel();
        let fate = Fate::default();
        let job = Piece { input, work, outcome: None, answer, fate: fate.clone() };
        let whole = async {
            self.queue
                .send(Box::new(job))
                .await
                .map_err(|_| StorageError::Unavailable("the writer has ended".into()))?;
            (&mut answered).await.map_err(no_answer)
        };
        let outcome = match tokio::time::timeout(patience, whole).await {
            Ok(outcome) => outcome,
            Err(_) if fate.decide() => Err(StorageError::Busy),
            Err(_) => answered.await.map_err(no_answer),
        };
        outcome.unwrap_or_else(|error| Err(error.into()))
    }
}

fn no_answer(_: oneshot::error::RecvError) -> StorageError {
    StorageError::Unavailable("the writer gave no answer".into())
}

/// What becomes of a piece that waits: the writer begins it, or its caller gives it up.
#[derive(Clone, Default)]
struct Fate(Arc<AtomicBool>);

impl Fate {
    /// Whether it was for the one who asks to decide: nobody had before.
    fn decide(&self) -> bool {
        !self.0.swap(true, Ordering::AcqRel)
    }
}

async fn run(
    connection: DatabaseConnection,
    epochs: Arc<Epochs>,
    changes: Arc<Changes>,
    mut jobs: mpsc::Receiver<Box<dyn Job>>,
) {
    let mut batch = Vec::with_capacity(BATCH);
    let mut before = Before::default();
    while jobs.recv_many(&mut batch, BATCH).await > 0 {
        before.gather(&mut jobs, &mut batch).await;
        let began = Instant::now();
        // Whoever gave a piece up was told that nothing happened.
        batch.retain(|job| job.begins());
        if batch.is_empty() {
            continue;
        }
        // Whatever panics around the pieces takes its batch with it, and not everybody's way to change anything.
        let together = AssertUnwindSafe(commit_together(&connection, &mut batch)).catch_unwind();
        let outcome = together.await.unwrap_or_else(|_| {
            tracing::error!("the writer panicked; what it was about to commit is undone");
            Err(StorageError::Unavailable("the writer failed".into()))
        });
        match &outcome {
            Ok(touched) => {
                epochs.advance(touched);
                changes.committed(began.elapsed());
            }
            Err(_) => changes.failed(),
        }
        before = Before { pieces: batch.len(), took: began.elapsed() };
        let failure = outcome.err();
        for job in batch.drain(..) {
            job.answer(failure.as_ref());
        }
    }
}

/// The batch before. Those who were in it often have their next change ready a moment after it is answered: the first of
/// them would be committed alone, and the others would wait for that as well.
#[derive(Default)]
struct Before {
    pieces: usize,
    took: Duration,
}

impl Before {
    /// Waits until as many have come as the last time, for no longer than that commit took.
    async fn gather(&self, jobs: &mut mpsc::Receiver<Box<dyn Job>>, batch: &mut Vec<Box<dyn Job>>) {
        let more = async {
            while let missing @ 1.. = self.pieces.saturating_sub(batch.len()) {
                if jobs.recv_many(batch, missing).await == 0 {
                    break;
                }
            }
        };
        // Too late is no failure: those who are here are committed without the others.
        let _ = tokio::time::timeout(self.took.min(LINGER), more).await;
    }
}

async fn commit_together(
    connection: &DatabaseConnection,
    batch: &mut [Box<dyn Job>],
) -> Result<BTreeSet<usize>, StorageError> {
    match all_at_once(connection, batch).await? {
        Some(touched) => Ok(touched),
        None => one_by_one(connection, batch).await,
    }
}

async fn begin(connection: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    connection.begin_with_options(options).await
}

/// Runs the pieces without savepoints, which would cost more than many of them do themselves. If one of several undoes
/// itself, nothing has happened and the answer is `None`: all of them can run again.
async fn all_at_once(
    connection: &DatabaseConnection,
    batch: &mut [Box<dyn Job>],
) -> Result<Option<BTreeSet<usize>>, StorageError> {
    let alone = batch.len() == 1;
    let tx = Tx::new(begin(connection).await?);
    for job in batch.iter_mut() {
        if matches!(job.run(&tx).await, Verdict::Undo) {
            tx.into_connection().rollback().await?;
            return Ok(alone.then(BTreeSet::new));
        }
    }
    let touched = tx.note_invalidated().await?;
    tx.into_connection().commit().await?;
    Ok(Some(touched))
}

/// Runs each piece in a savepoint of its own, so that those that undo themselves leave the others alone.
async fn one_by_one(
    connection: &DatabaseConnection,
    batch: &mut [Box<dyn Job>],
) -> Result<BTreeSet<usize>, StorageError> {
    let transaction = begin(connection).await?;
    let mut touched = BTreeSet::new();
    for job in batch.iter_mut() {
        touched.append(&mut in_savepoint(&transaction, job.as_mut()).await?);
    }
    transaction.commit().await?;
    Ok(touched)
}

async fn in_savepoint(
    transaction: &DatabaseTransaction,
    job: &mut dyn Job,
) -> Result<BTreeSet<usize>, DbErr> {
    let tx = Tx::new(transaction.begin().await?);
    let noted = match job.run(&tx).await {
        Verdict::Keep => match tx.note_invalidated().await {
            Ok(touched) => Some(touched),
            Err(error) => {
                job.fail(error);
                None
            }
        },
        Verdict::Undo => None,
    };
    match noted {
        Some(touched) => tx.into_connection().commit().await.map(|()| touched),
        None => tx.into_connection().rollback().await.map(|()| BTreeSet::new()),
    }
}

enum Verdict {
    Keep,
    Undo,
}

/// A piece of work whose types are forgotten, so that different ones can wait in one queue.
trait Job: Send {
    /// Whether it is to run; from then on its caller waits for the outcome.
    fn begins(&self) -> bool;
    fn run<'a>(&'a mut self, tx: &'a Tx) -> BoxFuture<'a, Verdict>;
    fn fail(&mut self, error: StorageError);
    /// `failure` is why the whole transaction came to nothing, if it did.
    fn answer(self: Box<Self>, failure: Option<&StorageError>);
}

struct Piece<C, T, E, F> {
    input: C,
    work: F,
    outcome: Option<Result<T, E>>,
    answer: oneshot::Sender<Result<T, E>>,
    fate: Fate,
}

impl<C, T, E, F> Job for Piece<C, T, E, F>
where
    C: Send + Sync,
    T: Send,
    E: From<StorageError> + Send,
    F: for<'a> Fn(&'a Tx, &'a C) -> Work<'a, T, E> + Send + Sync,
{
    fn begins(&self) -> bool {
        !self.answer.is_closed() && self.fate.decide()
    }

    fn run<'a>(&'a mut self, tx: &'a Tx) -> BoxFuture<'a, Verdict> {
        Box::pin(async move {
            let work = AssertUnwindSafe(async { (self.work)(tx, &self.input).await }).catch_unwind();
            let outcome = work.await.unwrap_or_else(|_| {
                tracing::error!("a change panicked; it is undone");
                Err(StorageError::Unavailable("the change failed".into()).into())
            });
            let verdict = if outcome.is_ok() { Verdict::Keep } else { Verdict::Undo };
            self.outcome = Some(outcome);
            verdict
        })
    }

    fn fail(&mut self, error: StorageError) {
        self.outcome = Some(Err(error.into()));
    }

    fn answer(self: Box<Self>, failure: Option<&StorageError>) {
        let outcome = match (failure, self.outcome) {
            // A refusal stands whatever became of the others' changes.
            (_, Some(Err(error))) => Err(error),
            (None, Some(Ok(value))) => Ok(value),
            (Some(failure), _) => Err(failure.same().into()),
            (None, None) => Err(StorageError::Unavailable("the writer did not run the change".into()).into()),
        };
        let _nobody_waits_any_more = self.answer.send(outcome);
    }
}

#[cfg(test)]
mod tests;
