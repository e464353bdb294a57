use std::time::Duration;

use postern_domain::{Lifetime, Refusal};
use postern_storage::StorageError;
use postern_storage::audit::{self, Cleared, Segment, Sort};

use super::beginning;
use super::chain::day_of;
use super::key::ChainKey;
use crate::App;

/// Events that one change deletes at most.
const BATCH: u32 = 500;
/// How long between two, so that others get their turn.
const BREATH: Duration = Duration::from_millis(20);
/// Segments that one pass clears at most.
const SEGMENTS: u64 = 100;

/// Segments that one change deletes at most.
const CUT: usize = 500;

/// Deletes the events of segments that are older than they are kept. The segments themselves stay, and say so, until all of
/// their time and all before them are as old.
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
    Ok(gone + cut(app).await?)
}

/// Deletes the segments at the beginning of the chain that nothing is kept of any more. The last one of all stays: the next
/// one rests on it.
async fn cut(app: &App) -> Result<u64, StorageError> {
    let settings = &app.config.audit;
    let now = app.clock.now();
    let kept = settings.retention.max(settings.call_retention).max(Lifetime::days(1));
    let before = day_of(now.minus(kept));
    // Whoever looks over the chain meanwhile had a day to see them cleared.
    let cleared_by = now.minus(Lifetime::days(1));
    let is_over = |segment: &Segment| {
        segment.day < before && segment.cleared.is_some_and(|cleared| cleared.at <= cleared_by)
    };
    let mut gone = 0;
    loop {
        let first = audit::segments(&app.db, 0, CUT as u64 + 1).await?;
        let over = first.iter().take(first.len().saturating_sub(1)).take_while(|segment| is_over(segment));
        let over: Vec<Segment> = over.cloned().collect();
        let cut = beginning::cut(app, &over).await?;
        gone += cut;
        if cut < CUT as u64 {
            return Ok(gone);
        }
        tokio::time::sleep(BREATH).await;
    }
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
