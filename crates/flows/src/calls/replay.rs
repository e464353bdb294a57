use postern_domain::audit::{Call, CallVerdict};
use postern_domain::limits::{LimitLine, LimitSet, NotKept};
use postern_domain::{Refusal, Said, Timestamp, TokenId, said};

use super::judge::{Judge, Judged};
use super::past;
use super::recorded::{self, Recorded, Span};
use super::shapes::{Gathered, Shapes};
use crate::api_tokens;
use crate::{Actor, App, FieldErrors};

/// The reason of a call that was refused by limits.
pub(super) const OUTSIDE_LIMITS: &str = "outside_limits";

/// What limits would say to the calls that were written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replay {
    /// Calls that passed and would be refused.
    pub fails: Shapes,
    /// Calls that were refused, and that the limits would let pass.
    pub passes: Shapes,
    /// Calls of which that can't be told, because it turns on what was not kept.
    pub open: Shapes,
    /// Calls that were refused by limits, and would be again.
    pub refused_again: Shapes,
    /// How many passed and would again.
    pub passes_again: u64,
    /// How many were refused for what no limit changes, such as a scope that was missing.
    pub refused_otherwise: u64,
}

/// What limits, one a line, would have said to the calls with a token; those of the token itself if none are given. What is
/// wrong with the limits, if they can't be read, comes under `limits`.
///
/// # Errors
/// `not_found` for a token that is none of theirs;
/// `insufficient_scope` without `tokens:read` and `audit:read`.
pub async fn replay(
    app: &App,
    actor: &Actor,
    id: TokenId,
    limits: Option<&str>,
    span: Span,
) -> Result<(Recorded, Result<Replay, FieldErrors>), Refusal> {
    let recorded = recorded::read(app, actor, id, span).await?;
    let (own, inherited) = api_tokens::own_limits(&recorded.token);
    let own = limits.map_or(own, str::to_owned);
    let inherited = inherited.to_vec();
    let mut errors = FieldErrors::none();
    let own = api_tokens::read_limits(app, &own, &mut errors);
    if !errors.is_empty() {
        return Ok((recorded, Err(errors)));
    }
    let (recorded, replay) = with(app, recorded, inherited, own).await?;
    Ok((recorded, Ok(replay)))
}

/// The same with limits that were read already.
pub(super) async fn with(
    app: &App,
    recorded: Recorded,
    inherited: Vec<LimitSet>,
    own: Option<LimitSet>,
) -> Result<(Recorded, Replay), Refusal> {
    let known = Known {
        since: past::changes(app, recorded.token.id, recorded.since).await?.first().map(|change| change.at),
        lines: recorded.token.permit.limits.last().map(|set| set.lines().to_vec()).unwrap_or_default(),
        kept: own.as_ref().map(|set| set.lines().to_vec()).unwrap_or_default(),
    };
    let judged = tokio::task::spawn_blocking(move || {
        let judge = Judge::new(&inherited, own)?;
        Ok::<_, Refusal>((gathered(&recorded.calls, judge, &known), recorded))
    });
    let (replay, recorded) = judged.await.map_err(Refusal::because)??;
    Ok((recorded, replay))
}

/// What is known of calls by the line that let them pass, whatever it looked at.
struct Known {
    /// Since when the token has had its limits, if those were changed of late.
    since: Option<Timestamp>,
    /// Its own lines.
    lines: Vec<LimitLine>,
    /// The lines with which calls are judged.
    kept: Vec<LimitLine>,
}

impl Known {
    /// Whether the line is still there that let a call pass.
    fn passes(&self, call: &Call) -> bool {
        let line = call.line.and_then(|line| usize::try_from(line).ok()?.checked_sub(1));
        let line = line.and_then(|line| self.lines.get(line));
        self.since.is_none_or(|since| call.at > since) && line.is_some_and(|line| self.kept.contains(line))
    }
}

fn gathered(calls: &[Call], mut judge: Judge, known: &Known) -> Replay {
    let [mut fails, mut passes, mut open, mut refused_again] = <[Gathered; 4]>::default();
    let (mut passes_again, mut refused_otherwise) = (0, 0);
    for call in calls {
        let passed = match call.verdict {
            CallVerdict::Allowed | CallVerdict::ReportOnly => true,
            CallVerdict::Refused if call.reason.as_deref() == Some(OUTSIDE_LIMITS) => false,
            CallVerdict::Refused => {
                refused_otherwise += 1;
                continue;
            }
        };
        match (passed, judge.judge(call)) {
            (true, Judged::Passes(_)) => passes_again += 1,
            (true, Judged::Open(_, why)) if !why.is_inherited() && known.passes(call) => passes_again += 1,
            (true, Judged::Refused(why)) => fails.add(call, || judge.nearest(&why, &call.method)),
            (false, Judged::Refused(why)) => refused_again.add(call, || judge.nearest(&why, &call.method)),
            (false, Judged::Passes(line)) => passes.add(call, || match line {
                Some(line) => said("line {line} lets it pass").with("line", line + 1),
                None => said("there is no limit any more"),
            }),
            (_, Judged::Open(what, _)) => open.add(call, || depends_on(what)),
        }
    }
    Replay {
        fails: fails.shapes(),
        passes: passes.shapes(),
        open: open.shapes(),
        refused_again: refused_again.shapes(),
        passes_again,
        refused_otherwise,
    }
}

/// What it turns on that was not kept.
pub(super) const fn depends_on(what: NotKept) -> Said {
    match what {
        NotKept::Body => said("depends on the body, which is not kept"),
        NotKept::Query => said("depends on a parameter whose value is not kept, since it may be a secret"),
        NotKept::Url => said("depends on the path, which is not kept as a whole"),
    }
}
