use postern_domain::Refusal;
use postern_domain::audit::EventId;
use postern_storage::audit::{self, Link, Segment};
use postern_storage::settings;
use serde::Serialize;

use super::beginning::Beginning;
use super::chain::SEGMENTS;
use super::key::{ChainKey, Hash, hex, same};
use crate::App;

/// How many rows are read at a time.
const PART: u64 = 1_000;

/// What came of looking over the chain.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Whether everything fits.
    pub intact: bool,
    /// How many segments there are.
    pub segments: u64,
    /// How many of them were cleared because they were old.
    pub cleared: u64,
    /// How many events have their places in the chain.
    pub events: u64,
    /// How many acts have none yet; a server that runs gives them theirs within a second.
    pub unchained: u64,
    /// The end of the last segment. Kept elsewhere, it proves later that nothing of what was there then is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head: Option<Head>,
    /// The first thing that does not fit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tampered: Option<Tampered>,
}

/// The end of the chain.
#[derive(Clone, Debug, Serialize)]
pub struct Head {
    /// The number of the last segment.
    pub segment: i64,
    /// How many events it has.
    pub count: i64,
    /// The hash of the last one.
    pub hash: String,
}

/// What does not fit, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tampered {
    /// The segment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub segment: Option<i64>,
    /// The place in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<i64>,
    /// The event that is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<EventId>,
    /// What is wrong, in words.
    pub what: &'static str,
}

impl Tampered {
    const fn at(segment: i64, what: &'static str) -> Self {
        Self { segment: Some(segment), position: None, event: None, what }
    }

    const fn event(segment: i64, position: i64, event: EventId, what: &'static str) -> Self {
        Self { segment: Some(segment), position: Some(position), event: Some(event), what }
    }
}

/// Looks over the whole chain, from the first segment that is kept to the last one, until something does not fit.
///
/// # Errors
/// `temporarily_unavailable` or `server_error` if the database fails.
pub async fn verify(app: &App) -> Result<Report, Refusal> {
    let mut report =
        Report { intact: true, segments: 0, cleared: 0, events: 0, unchained: 0, head: None, tampered: None };
    report.tampered = look_over(app, &mut report).await?;
    report.intact = report.tampered.is_none();
    Ok(report)
}

async fn look_over(app: &App, report: &mut Report) -> Result<Option<Tampered>, Refusal> {
    let key = ChainKey::of(&app.secret_key);
    // Read first: what is opened meanwhile can only be more.
    let remembered = settings::find(&app.db, SEGMENTS).await?;
    let Some(mut before) = Beginning::find(app, &key).await? else {
        let what = "where the chain begins was changed by somebody else";
        return Ok(Some(Tampered { segment: None, position: None, event: None, what }));
    };
    let mut seen = 0;
    loop {
        let some = audit::segments(&app.db, before.number, PART).await?;
        if some.is_empty() {
            break;
        }
        for segment in some {
            if !follows(app, &key, &segment, &mut before).await? {
                return Ok(Some(Tampered::at(before.number + 1, "the segment is missing")));
            }
            if let Some(stray) = stray(app, seen, segment.number).await? {
                return Ok(Some(stray));
            }
            if let Some(tampered) = look_at(app, &key, &segment, &before.opening, report).await? {
                return Ok(Some(tampered));
            }
            (before, seen) = (Beginning::from(&segment), segment.number);
            report.segments += 1;
            let (count, hash) = (segment.end.count, hex(&segment.end.last_hash));
            report.head = Some(Head { segment: segment.number, count, hash });
        }
    }
    if !is_all(&key, before.number, remembered.as_deref()) {
        return Ok(Some(Tampered::at(before.number + 1, "the last segments are missing")));
    }
    if let Some(stray) = stray(app, before.number, i64::MAX).await? {
        return Ok(Some(stray));
    }
    unchained(app, &key, report).await
}

/// Whether a segment is the next one. If the chain was cut meanwhile, it may be the first one that there is now.
async fn follows(
    app: &App,
    key: &ChainKey,
    segment: &Segment,
    before: &mut Beginning,
) -> Result<bool, Refusal> {
    if segment.number == before.number + 1 {
        return Ok(true);
    }
    match Beginning::find(app, key).await? {
        Some(later) if later.number > before.number && segment.number == later.number + 1 => {
            *before = later;
            Ok(true)
        }
        _ => Ok(false),
    }
}

/// Whether there are as many segments as were remembered apart from them.
fn is_all(key: &ChainKey, number: i64, remembered: Option<&str>) -> bool {
    match remembered {
        None => number == 0,
        Some(remembered) => {
            let known = remembered.split_once(' ').and_then(|(known, _)| known.parse::<i64>().ok());
            known.is_some_and(|known| known <= number && key.segments(known) == remembered)
        }
    }
}

/// An event of a segment between two others that is not there. One that was opened since is none.
async fn stray(app: &App, after: i64, before: i64) -> Result<Option<Tampered>, Refusal> {
    match audit::next_segment(&app.db, after).await? {
        Some(found) if found < before && audit::find_segment(&app.db, found).await?.is_none() => {
            Ok(Some(Tampered::at(found, "the segment is missing, and some of its events are not")))
        }
        _ => Ok(None),
    }
}

async fn look_at(
    app: &App,
    key: &ChainKey,
    segment: &Segment,
    before: &Hash,
    report: &mut Report,
) -> Result<Option<Tampered>, Refusal> {
    let number = segment.number;
    let at = |what| Ok(Some(Tampered::at(number, what)));
    if !same(&key.opening(segment, before), &segment.opening) {
        return at("the beginning of the segment was changed");
    }
    let end = segment.end;
    if !same(&key.end(number, end.count, end.last_hash).mark, &end.mark) {
        return at("the end of the segment was changed");
    }
    if let Some(cleared) = segment.cleared {
        if !same(&key.cleared(number, cleared.at.0), &cleared.mark) {
            return at("the segment was marked as cleared by somebody else");
        }
        report.cleared += 1;
        return Ok(None);
    }
    match walk(app, key, segment, report).await? {
        Some(tampered) => is_there_still(app, segment, tampered).await,
        None => beyond(app, segment).await,
    }
}

/// Goes from link to link of a segment.
async fn walk(
    app: &App,
    key: &ChainKey,
    segment: &Segment,
    report: &mut Report,
) -> Result<Option<Tampered>, Refusal> {
    let (number, end) = (segment.number, segment.end);
    let (mut position, mut hash) = (0, segment.opening);
    while position < end.count {
        let part = audit::chained(&app.db, number, position, PART).await?;
        if part.is_empty() {
            let what = "the segment was cut off here";
            return Ok(Some(Tampered { position: Some(position + 1), ..Tampered::at(number, what) }));
        }
        for link in part.iter().filter(|link| link.position <= end.count) {
            if let Some(what) = wrong(key, link, position, &hash) {
                return Ok(Some(Tampered::event(number, link.position, link.record.id(), what)));
            }
            (position, hash) = (link.position, link.hash);
            report.events += 1;
        }
        if part.last().is_some_and(|last| last.position > end.count) {
            break;
        }
    }
    if position != end.count || !same(&hash, &end.last_hash) {
        let what = "the last events of the segment are other than they were";
        return Ok(Some(Tampered::at(number, what)));
    }
    Ok(None)
}

fn wrong(key: &ChainKey, link: &Link, position: i64, before: &Hash) -> Option<&'static str> {
    if link.position != position + 1 {
        return Some("one or more events before this one are missing");
    }
    (!same(&key.link(before, &link.record), &link.hash))
        .then_some("the event was changed, exchanged or put here by somebody else")
}

/// Nothing is wrong with a segment that is cleared while it is looked at.
async fn is_there_still(app: &App, segment: &Segment, found: Tampered) -> Result<Option<Tampered>, Refusal> {
    let now = audit::find_segment(&app.db, segment.number).await?;
    let cleared = now.is_some_and(|now| now.cleared.is_some() && segment.cleared.is_none());
    Ok((!cleared).then_some(found))
}

/// An event behind the end of a segment that has not moved since.
async fn beyond(app: &App, segment: &Segment) -> Result<Option<Tampered>, Refusal> {
    let more = audit::chained(&app.db, segment.number, segment.end.count, 1).await?;
    let Some(link) = more.first() else { return Ok(None) };
    let now = audit::find_segment(&app.db, segment.number).await?;
    if now.is_some_and(|now| now.end.count > segment.end.count) {
        return Ok(None);
    }
    let what = "the event was put behind the end of the segment by somebody else";
    Ok(Some(Tampered::event(segment.number, link.position, link.record.id(), what)))
}

async fn unchained(app: &App, key: &ChainKey, report: &mut Report) -> Result<Option<Tampered>, Refusal> {
    let mut after = None;
    loop {
        let some = audit::unchained(&app.db, after, PART).await?;
        let Some((last, _)) = some.last() else { return Ok(None) };
        after = Some(last.id());
        for (record, mark) in &some {
            if !same(&key.unchained(record), mark) {
                let what =
                    "the event has no place in the chain, and was changed or put there by somebody else";
                let event = Some(record.id());
                return Ok(Some(Tampered { segment: None, position: None, event, what }));
            }
            report.unchained += 1;
        }
    }
}
