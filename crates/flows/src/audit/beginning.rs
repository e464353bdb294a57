use postern_storage::audit::{Segment, delete_segments};
use postern_storage::{StorageError, Tx, settings};

use super::key::{ChainKey, Hash, from_hex, hex, same};
use crate::App;

/// The setting that remembers where the chain begins.
const BEGINNING: &str = "audit.beginning";

/// Behind which segment the chain begins: those up to it are gone, all of their events having been too old for long.
#[derive(Clone, Copy, Debug)]
pub(super) struct Beginning {
    pub(super) number: i64,
    pub(super) opening: Hash,
}

impl Beginning {
    /// Where the chain begins on which nothing was ever deleted.
    const FIRST: Self = Self { number: 0, opening: [0; 32] };

    /// Where the chain begins; `None` if somebody else wrote down where.
    pub(super) async fn find(app: &App, key: &ChainKey) -> Result<Option<Self>, StorageError> {
        Ok(match settings::find(&app.db, BEGINNING).await? {
            None => Some(Self::FIRST),
            Some(kept) => Self::read(key, &kept),
        })
    }

    fn read(key: &ChainKey, kept: &str) -> Option<Self> {
        let (number, rest) = kept.split_once(' ')?;
        let (opening, mark) = rest.split_once(' ')?;
        let found = Self { number: number.parse().ok()?, opening: from_hex(opening)? };
        same(&key.beginning(found.number, &found.opening), &from_hex(mark)?).then_some(found)
    }

    fn text(self, key: &ChainKey) -> String {
        let mark = key.beginning(self.number, &self.opening);
        format!("{} {} {}", self.number, hex(&self.opening), hex(&mark))
    }
}

impl From<&Segment> for Beginning {
    fn from(segment: &Segment) -> Self {
        Self { number: segment.number, opening: segment.opening }
    }
}

/// Deletes the first segments, and remembers that the chain begins behind them. Answers how many went: all, or none if another
/// node was faster.
pub(super) async fn cut(app: &App, first: &[Segment]) -> Result<u64, StorageError> {
    let Some(last) = first.last() else { return Ok(0) };
    let beginning = Beginning::from(last).text(&ChainKey::of(&app.secret_key));
    let count = u64::try_from(first.len()).unwrap_or(u64::MAX);
    let input = (last.number, count, beginning);
    let cut = app.db.write(input, |tx: &Tx, (number, count, beginning)| {
        Box::pin(async move {
            delete_segments(tx, *number, *count).await?;
            settings::set(tx, BEGINNING, beginning).await
        })
    });
    match cut.await {
        Ok(()) => Ok(count),
        Err(StorageError::Busy) => Ok(0),
        Err(error) => Err(error),
    }
}
