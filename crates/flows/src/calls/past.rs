//! What limits a token had when.

use postern_domain::audit::{Act, Action, Event, EventId, Outcome};
use postern_domain::limits::LimitSet;
use postern_domain::{Refusal, Timestamp, TokenId};
use postern_storage::audit::{self, Search};
use serde_json::Value;

use crate::App;

/// Most changes of a token that are looked at.
const MOST: u64 = 500;

/// A change of a token's limits.
#[derive(Clone, Debug)]
pub(super) struct LimitChange {
    pub(super) id: EventId,
    pub(super) at: Timestamp,
    /// The limits before it; `None` if they can't be read any more.
    pub(super) before: Option<Vec<LimitSet>>,
}

/// The changes of a token's limits or of whether they only report, from `since` on, the latest first.
pub(super) async fn changes(
    app: &App,
    token: TokenId,
    since: Timestamp,
) -> Result<Vec<LimitChange>, Refusal> {
    let search = Search {
        token: Some(token),
        outcomes: vec![Outcome::Act],
        action: Some(Action::TOKEN_CHANGED),
        since: Some(since),
        ..Search::default()
    };
    let found = audit::list(&app.db, &search, None, MOST).await?;
    Ok(found.into_iter().filter_map(limit_change).filter(|(of, _)| *of == token).map(|(_, it)| it).collect())
}

fn limit_change(event: Event) -> Option<(TokenId, LimitChange)> {
    let Event::Act(Act { id, at, target, before, after, .. }) = event else { return None };
    let (before, after) = (before?, after?);
    let differs = |name: &str| before.get(name) != after.get(name);
    if !differs("limits") && !differs("report_only_until") {
        return None;
    }
    let limits = before.get("limits").cloned().unwrap_or(Value::Null);
    let before = serde_json::from_value(limits).ok();
    Some((target.id.map(TokenId)?, LimitChange { id, at, before }))
}
