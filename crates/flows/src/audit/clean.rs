use std::time::Duration;

use postern_domain::{Lifetime, Refusal};
use postern_storage::StorageError;
use postern_storage::audit::{self, Cleared, Sort};

use super::chain::day_of;
use super::key::ChainKey;
use crate::App;

/// Events that one change deletes at most.
const BATCH: u32 = 500;
/// How long between two, so that others get their turn.
const BREATH: Duration = Duration::from_millis(20);
/// Segments that one pass clears at most.
const SEGMENTS: u64 = 100;

/// Deletes the events of segments that are older than they are kept. The segments themselves stay, and say so.
pub(crate) async fn clean(app: &App) -> Result<u64, Refusal> {
    let mut gone = 0;
    while let Some(number) = audit::left_over(&app.db).await? {
        gone += clear_rows(app, number).await?;
    }
    let settings = &app.config.audit;
    for (sort, kept) in [(Sort::Calls, settings.call_retention), (Sort::Acts, settings.retention)] {
        let now = app.clock.now();
        // A segment may hold what happened until midnight, and that is kept for as long.
        let before = day_of(now.minus(kept.max(Lifetime::days(1))));
        for segment in audit::due(&app.db, sort, before, SEGMENTS).await? {
            let mark = ChainKey::of(&app.secret_key).cleared(segment.number, now.0);
            let input = (segment.number, Cleared { at: now, mark });
            let write =
                app.db.write(input, |tx, (number, cleared)| Box::pin(audit::clear(tx, *number, *cleared)));
            if write.await? {
                tracing::info!(
                    segment = segment.number,
                    events = segment.end.count,
                    "old events are deleted"
                );
            }
            gone += clear_rows(app, segment.number).await?;
        }
    }
    Ok(gone)
}

async fn clear_rows(app: &App, number: i64) -> Result<u64, StorageError> {
    let mut gone = 0;
    loop {
        let write = app.db.write(number, |tx, number| Box::pin(audit::clear_rows(tx, *number, BATCH)));
        let batch: u64 = write.await?;
        gone += batch;
        if batch < u64::from(BATCH) {
            return Ok(gone);
        }
        tokio::time::sleep(BREATH).await;
    }
}
