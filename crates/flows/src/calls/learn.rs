use std::collections::BTreeMap;

use postern_domain::audit::{Call, CallVerdict};
use postern_domain::limits::{KeptRequest, LimitCaps, Proposal, Seen, propose};
use postern_domain::{Refusal, TokenId};

use super::recorded::{self, Recorded, Span};
use super::replay::{self, Replay};
use crate::api_tokens;
use crate::{Actor, App};

/// Most calls that a line shows as examples.
const EXAMPLES: usize = 3;

/// Limits that were learned from the calls with a token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Learned {
    /// The lines.
    pub lines: Vec<LearnedLine>,
    /// How many calls they were learned from.
    pub calls: u64,
    /// Whether more passes than the tightest lines let, because those are more than a token may have.
    pub is_widened: bool,
    /// Whether what was seen is too much for any limits that a token may have.
    pub is_too_much: bool,
    /// What the lines would have said to all the calls.
    pub replay: Option<Replay>,
}

/// A line that was learned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LearnedLine {
    /// The limit.
    pub limit: String,
    /// How many calls it lets pass that no line before it does.
    pub calls: u64,
    /// Some of those, the latest: method and URL.
    pub examples: Vec<(String, String)>,
    /// Conditions that all of them meet and that could be added.
    pub filters: Vec<String>,
}

impl Learned {
    /// The limits, one a line.
    pub fn text(&self) -> String {
        let lines: Vec<&str> = self.lines.iter().map(|line| line.limit.as_str()).collect();
        lines.join("\n")
    }
}

/// The tightest limits that let pass what was called with a token; with `filters`, also only with the parameters that were
/// always alike.
///
/// # Errors
/// As [`replay`](replay::replay).
pub async fn learn(
    app: &App,
    actor: &Actor,
    id: TokenId,
    span: Span,
    filters: bool,
) -> Result<(Recorded, Learned), Refusal> {
    let recorded = recorded::read(app, actor, id, span).await?;
    let caps = app.config.limits.caps();
    let learning = move || (learned(&recorded.calls, caps, filters), recorded);
    let (proposed, recorded) = tokio::task::spawn_blocking(learning).await.map_err(Refusal::because)?;
    let (mut learned, proposal) = proposed;
    let Some(own) = proposal.and_then(|proposal| proposal.limits()) else { return Ok((recorded, learned)) };
    let (_, inherited) = api_tokens::own_limits(&recorded.token);
    let inherited = inherited.to_vec();
    let (recorded, replay) = replay::with(app, recorded, inherited, Some(own)).await?;
    learned.replay = Some(replay);
    Ok((recorded, learned))
}

fn learned(calls: &[Call], caps: LimitCaps, filters: bool) -> (Learned, Option<Proposal>) {
    let mut times: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    let mut order: Vec<(&str, &str)> = Vec::new();
    for call in calls.iter().filter(|call| call.verdict != CallVerdict::Refused) {
        let key = (call.method.as_str(), call.url.as_str());
        let count = times.entry(key).or_default();
        if *count == 0 {
            order.push(key);
        }
        *count += 1;
    }
    let count = |key: &(&str, &str)| times.get(key).copied().unwrap_or_default();
    let seen: Vec<Seen> = order
        .iter()
        .map(|key| Seen { request: KeptRequest::read(key.0, key.1), times: count(key) })
        .collect();
    let calls = times.values().sum();
    let Some(proposal) = propose(&seen, caps, filters) else {
        return (Learned { calls, is_too_much: true, ..Learned::default() }, None);
    };
    let lines = proposal.lines.iter().map(|line| {
        let keys: Vec<&(&str, &str)> = line.covers.iter().filter_map(|at| order.get(*at)).collect();
        let example = |key: &&(&str, &str)| (key.0.to_owned(), key.1.to_owned());
        LearnedLine {
            limit: line.line.to_string(),
            calls: keys.iter().map(|key| count(key)).sum(),
            examples: keys.iter().take(EXAMPLES).map(example).collect(),
            filters: line.filters.iter().map(ToString::to_string).collect(),
        }
    });
    let lines = lines.collect();
    let is_widened = proposal.is_widened;
    (Learned { lines, calls, is_widened, ..Learned::default() }, Some(proposal))
}
