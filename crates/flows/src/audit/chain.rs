use postern_domain::audit::{Action, By, Call, Event, EventId, Target};
use postern_domain::{Lifetime, Timestamp};
use postern_storage::audit::{self, End, Link, Record, Segment, Sort};
use postern_storage::{StorageError, Tx, settings};
use serde_json::json;
use tokio::task::yield_now;
use uuid::Uuid;

use super::entry::{Entry, act};
use super::key::{ChainKey, Hash, same};
use crate::App;

/// The setting that remembers how many segments there are.
pub(super) const SEGMENTS: &str = "audit.segments";
/// How often another node may be faster to take a number.
const TRIES: u32 = 16;
/// How many records are linked before others have their turn: no request waits for a whole batch.
const AT_ONCE: usize = 32;
/// Most acts that get their places at once.
const ACTS: u64 = 200;

/// Where this process writes in the chain. Its segments are its own, so that nodes do not wait for each other.
#[derive(Default)]
pub(super) struct Chain {
    node: Option<Uuid>,
    calls: Option<Place>,
    acts: Option<Place>,
    /// Calls that are to be written down next, or of which it is not known whether they were.
    in_hand: Vec<Call>,
    in_doubt: bool,
}

/// The end of an open segment.
#[derive(Clone, Copy)]
struct Place {
    number: i64,
    day: i64,
    end: End,
}

/// The day of an instant, counted from 1970-01-01 (UTC).
pub(super) fn day_of(at: Timestamp) -> i64 {
    at.0.div_euclid(Lifetime::days(1).as_seconds())
}

impl Chain {
    /// Writes the next calls down, and how many were lost. Answers how many it were.
    pub(super) async fn write_calls(&mut self, app: &App) -> Result<usize, StorageError> {
        if self.in_doubt {
            self.settle(app).await?;
        }
        if self.in_hand.is_empty() {
            self.in_hand = app.audit.next_batch();
        }
        let lost = app.audit.take_lost();
        if self.in_hand.is_empty() && lost == 0 {
            return Ok(0);
        }
        let written = self.write_in_hand(app, lost).await;
        if written.is_err() {
            app.audit.put_back_lost(lost);
        }
        written
    }

    async fn write_in_hand(&mut self, app: &App, lost: u64) -> Result<usize, StorageError> {
        let key = ChainKey::of(&app.secret_key);
        let place = self.place(app, &key, Sort::Calls).await?;
        let records = self.in_hand.iter().map(|call| Record::of(&Event::Call(call.clone())));
        let (links, end) = linked(&key, &place, records).await?;
        let lost = (lost > 0).then(|| {
            let target = Target::named("calls", format!("{lost} calls"));
            Entry::new(app, By::Server, Action::AUDIT_LOST, target).after(json!({ "count": lost }))
        });
        self.in_doubt = true;
        let input = (place, links, end, lost);
        app.db
            .write(input, |tx, (place, links, end, lost)| {
                Box::pin(keep(tx, place, links, *end, lost.as_ref()))
            })
            .await?;
        self.in_doubt = false;
        self.calls = Some(Place { end, ..place });
        Ok(std::mem::take(&mut self.in_hand).len())
    }

    /// Finds out whether the calls in hand were written down after all: the answer to the last try may be what was lost.
    async fn settle(&mut self, app: &App) -> Result<(), StorageError> {
        if let Some(place) = self.calls {
            match audit::find_segment(&app.db, place.number).await? {
                Some(found) if found.end.count > place.end.count => {
                    self.calls = Some(Place { end: found.end, ..place });
                    self.in_hand.clear();
                }
                Some(_) => {}
                None => self.calls = None,
            }
        }
        self.in_doubt = false;
        Ok(())
    }

    /// Gives the acts that have none yet their places in the chain. Answers how many it were.
    pub(super) async fn chain_acts(&mut self, app: &App) -> Result<usize, StorageError> {
        let key = ChainKey::of(&app.secret_key);
        let mut after: Option<EventId> = None;
        let mut chained = 0;
        loop {
            let found = audit::unchained(&app.db, after, ACTS).await?;
            after = found.last().map(|(record, _)| record.id());
            let is_last = (found.len() as u64) < ACTS;
            let genuine = found.into_iter().filter_map(|(record, mark)| {
                let genuine = same(&key.unchained(&record), &mark);
                if !genuine {
                    tracing::error!(event = %record.id(), "somebody else wrote to the audit; run postern audit verify");
                }
                genuine.then_some(record)
            });
            chained += self.chain_some(app, &key, genuine.collect()).await?;
            if is_last {
                return Ok(chained);
            }
        }
    }

    async fn chain_some(
        &mut self,
        app: &App,
        key: &ChainKey,
        records: Vec<Record>,
    ) -> Result<usize, StorageError> {
        if records.is_empty() {
            return Ok(0);
        }
        let place = self.place(app, key, Sort::Acts).await?;
        let (links, end) = linked(key, &place, records.into_iter().map(Ok)).await?;
        let count = links.len();
        // Whatever becomes of it is read afresh.
        self.acts = None;
        let chained: Result<(), StorageError> = app
            .db
            .write((place, links, end), |tx, (place, links, end)| Box::pin(chain(tx, place, links, *end)))
            .await;
        match chained {
            Ok(()) => {}
            // Another node was faster; what is left gets its place with the next pass.
            Err(StorageError::Busy) => return Ok(0),
            Err(error) => return Err(error),
        }
        self.acts = Some(Place { end, ..place });
        Ok(count)
    }

    /// Where to go on in the segment of today, which is opened if it is not.
    async fn place(&mut self, app: &App, key: &ChainKey, sort: Sort) -> Result<Place, StorageError> {
        let today = day_of(app.clock.now());
        let known = match sort {
            Sort::Calls => self.calls,
            Sort::Acts => self.acts,
        };
        if let Some(place) = known.filter(|place| place.day == today) {
            return Ok(place);
        }
        let node = *self.node.get_or_insert_with(|| app.new_id());
        let place = open(app, key, node, sort, today).await?;
        match sort {
            Sort::Calls => self.calls = Some(place),
            Sort::Acts => self.acts = Some(place),
        }
        Ok(place)
    }
}

/// The records as links behind a place, and the end of the last one.
async fn linked(
    key: &ChainKey,
    place: &Place,
    records: impl Iterator<Item = Result<Record, StorageError>>,
) -> Result<(Vec<Link>, End), StorageError> {
    let (mut position, mut hash) = (place.end.count, place.end.last_hash);
    let mut links = Vec::new();
    for record in records {
        let record = record?;
        position += 1;
        hash = key.link(&hash, &record);
        links.push(Link { record, position, hash });
        if links.len() % AT_ONCE == 0 {
            yield_now().await;
        }
    }
    Ok((links, key.end(place.number, position, hash)))
}

async fn keep(
    tx: &Tx,
    place: &Place,
    links: &[Link],
    end: End,
    lost: Option<&Entry>,
) -> Result<(), StorageError> {
    audit::insert_chained(tx, place.number, links).await?;
    advance(tx, place, end).await?;
    if let Some(lost) = lost {
        act(tx, lost).await?;
    }
    Ok(())
}

/// [`StorageError::Busy`], and nothing is changed, if another node gave one of them its place meanwhile.
async fn chain(tx: &Tx, place: &Place, links: &[Link], end: End) -> Result<(), StorageError> {
    for link in links {
        if !audit::chain(tx, place.number, link).await? {
            return Err(StorageError::Busy);
        }
    }
    advance(tx, place, end).await
}

async fn advance(tx: &Tx, place: &Place, end: End) -> Result<(), StorageError> {
    if audit::advance(tx, place.number, place.end.count, end).await? {
        return Ok(());
    }
    Err(StorageError::Unavailable("the audit's segment was changed by somebody else".into()))
}

async fn open(app: &App, key: &ChainKey, node: Uuid, sort: Sort, day: i64) -> Result<Place, StorageError> {
    let mut tries = 0;
    loop {
        let last = audit::last_segment(&app.db).await?;
        let before: Hash = last.as_ref().map_or([0; 32], |segment| segment.opening);
        let number = last.map_or(0, |segment| segment.number) + 1;
        let none = key.end(number, 0, [0; 32]);
        let mut segment = Segment { number, node, sort, day, opening: [0; 32], end: none, cleared: None };
        segment.opening = key.opening(&segment, &before);
        segment.end = key.end(number, 0, segment.opening);
        let end = segment.end;
        let input = (segment, key.segments(number));
        let opened: Result<(), StorageError> = app
            .db
            .write(input, |tx, (segment, count)| {
                Box::pin(async move {
                    audit::open(tx, segment).await?;
                    settings::set(tx, SEGMENTS, count).await
                })
            })
            .await;
        match opened {
            Ok(()) => return Ok(Place { number, day, end }),
            Err(StorageError::Taken(_)) if tries < TRIES => tries += 1,
            Err(error) => return Err(error),
        }
    }
}
