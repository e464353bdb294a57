//! `/v1/tokens/{id}/…`: what the calls tell that were made with a personal or organization token.

use axum::Json;
use postern_domain::TokenId;
use postern_flows::calls::{self, CallShape, Learned, LearnedLine, Recorded, Replay, Shapes, Span};
use postern_flows::{FieldErrors, FormRefusal};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::{Access, Call, Filters, InPath, JsonBody, Operation, Problem};
use crate::rights::Routes;

const NOTE: &str = "Takes tokens:read and audit:read. The latest 10,000 calls are looked at; of a call neither the body nor \
                    what may be a secret in its URL was kept.";

pub(crate) fn routes() -> Routes {
    let replay = Operation::post(
        "/v1/tokens/{id}/replay",
        "replayTokenCalls",
        Access::user_or_organization("audit:read"),
    )
    .summary("What other limits would have said to the calls with a token")
    .note(NOTE)
    .takes::<LimitsToReplay>()
    .answers::<CallReplay>();
    let proposed = Operation::get(
        "/v1/tokens/{id}/proposed-limits",
        "proposeTokenLimits",
        Access::user_or_organization("audit:read"),
    )
    .summary("The tightest limits that let pass what a token was used for")
    .note(NOTE)
    .filter_one_of("days", "How far back calls are looked at; else 7.", &["1", "7", "30"])
    .filter_one_of(
        "filters",
        "Whether parameters of the query that were always alike become part of the limits.",
        &["true", "false"],
    )
    .answers::<LimitProposal>();
    Routes::new().api(replay, replayed).api(proposed, learned)
}

/// Limits to judge calls by.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct LimitsToReplay {
    /// One limit each; else those of the token.
    limits: Option<Vec<String>>,
    /// How far back calls are looked at: 1, 7 or 30 days; else 7.
    days: Option<u32>,
}

/// What limits would have said to calls.
#[derive(Debug, Serialize, ToSchema)]
struct CallReplay {
    #[serde(flatten)]
    looked_at: CallsLookedAt,
    /// Calls that passed and would be refused.
    would_fail: CallShapesShown,
    /// Calls that were refused by limits and would pass.
    would_pass: CallShapesShown,
    /// Calls of which that depends on what was not kept.
    depends: CallShapesShown,
    /// Calls that were refused by limits and would be again.
    refused_again: CallShapesShown,
    /// How many calls passed and would again.
    passes_again: u64,
    /// How many calls were refused for what no limit changes, such as a scope that was missing.
    refused_otherwise: u64,
}

/// Limits that let pass what was called.
#[derive(Debug, Serialize, ToSchema)]
struct LimitProposal {
    #[serde(flatten)]
    looked_at: CallsLookedAt,
    /// The limits; empty if no call passed that limits can be made of.
    limits: Vec<String>,
    /// What each of them lets pass.
    lines: Vec<ProposedLimit>,
    /// How many calls they were learned from.
    learned_from: u64,
    /// Whether they let more pass than the tightest ones, because those are more than a token may have.
    widened: bool,
    /// Whether the calls are too different for any limits.
    too_much: bool,
    /// Calls that passed and that no limit can be made of.
    left_out: CallShapesShown,
    /// Calls that were refused by limits and would be by these.
    refused_again: CallShapesShown,
}

/// Which calls were looked at.
#[derive(Debug, Serialize, ToSchema)]
struct CallsLookedAt {
    /// How many.
    calls: u64,
    /// From when on, in Unix seconds.
    since: i64,
    /// Whether there were more, and only the latest were looked at.
    cut: bool,
    /// Whether calls are written down on this server.
    recording: bool,
}

/// A proposed limit.
#[derive(Debug, Serialize, ToSchema)]
struct ProposedLimit {
    limit: String,
    /// How many calls it lets pass that no limit before it does.
    calls: u64,
    /// Some of them: method and URL.
    examples: Vec<String>,
    /// Conditions that all of them meet and that could be added.
    filters: Vec<String>,
}

/// Calls by method and shape of the URL, the most frequent first.
#[derive(Debug, Default, Serialize, ToSchema)]
struct CallShapesShown {
    /// How many calls.
    calls: u64,
    shapes: Vec<CallShapeShown>,
    /// How many further shapes there are.
    more: u64,
}

/// Calls with one method to URLs of one shape.
#[derive(Debug, Serialize, ToSchema)]
struct CallShapeShown {
    method: String,
    /// The URL, with a word such as `{number}` for what differs.
    shape: String,
    calls: u64,
    /// How many of them passed only because limits reported.
    reported: u64,
    /// Why, in words, of the latest.
    reason: String,
    /// The id of the latest.
    latest_id: Uuid,
    latest_url: String,
    /// In Unix seconds.
    latest_at: i64,
}

async fn replayed(
    Call { app, caller }: Call,
    InPath(id): InPath<TokenId>,
    JsonBody(body): JsonBody<LimitsToReplay>,
) -> Result<Json<CallReplay>, Problem> {
    let limits = body.limits.map(|lines| lines.join("\n"));
    let span = match body.days.map(|days| days.to_string().parse::<Span>()).transpose() {
        Ok(span) => span.unwrap_or_default(),
        Err(error) => return Err(FormRefusal::from(FieldErrors::one("days", error)).into()),
    };
    let (recorded, replay) = calls::replay(&app, &caller.actor, id, limits.as_deref(), span).await?;
    let replay: Replay = replay.map_err(FormRefusal::from)?;
    Ok(Json(CallReplay {
        looked_at: looked_at(&recorded),
        would_fail: replay.fails.into(),
        would_pass: replay.passes.into(),
        depends: replay.open.into(),
        refused_again: replay.refused_again.into(),
        passes_again: replay.passes_again,
        refused_otherwise: replay.refused_otherwise,
    }))
}

async fn learned(
    Call { app, caller }: Call,
    InPath(id): InPath<TokenId>,
    filters: Filters,
) -> Result<Json<LimitProposal>, Problem> {
    let span = filters.get("days").map_or(Ok(Span::default()), str::parse).map_err(Problem::malformed)?;
    let with_filters = filters.get("filters") == Some("true");
    let (recorded, learned) = calls::learn(&app, &caller.actor, id, span, with_filters).await?;
    let Learned { lines, calls, is_widened, is_too_much, replay } = learned;
    let (left_out, refused_again) = match replay {
        Some(replay) => (replay.fails.into(), replay.refused_again.into()),
        None => <(CallShapesShown, CallShapesShown)>::default(),
    };
    Ok(Json(LimitProposal {
        looked_at: looked_at(&recorded),
        limits: lines.iter().map(|line| line.limit.clone()).collect(),
        lines: lines.into_iter().map(Into::into).collect(),
        learned_from: calls,
        widened: is_widened,
        too_much: is_too_much,
        left_out,
        refused_again,
    }))
}

fn looked_at(recorded: &Recorded) -> CallsLookedAt {
    CallsLookedAt {
        calls: u64::try_from(recorded.calls.len()).unwrap_or(u64::MAX),
        since: recorded.since.0,
        cut: recorded.is_cut,
        recording: recorded.is_recording,
    }
}

impl From<Shapes> for CallShapesShown {
    fn from(shapes: Shapes) -> Self {
        let Shapes { calls, shapes, more } = shapes;
        Self { calls, shapes: shapes.into_iter().map(Into::into).collect(), more }
    }
}

impl From<CallShape> for CallShapeShown {
    fn from(shape: CallShape) -> Self {
        Self {
            method: shape.method,
            shape: shape.shape,
            calls: shape.calls,
            reported: shape.reported,
            reason: shape.reason.to_string(),
            latest_id: shape.latest.0,
            latest_url: shape.latest_url,
            latest_at: shape.latest_at.0,
        }
    }
}

impl From<LearnedLine> for ProposedLimit {
    fn from(line: LearnedLine) -> Self {
        let LearnedLine { limit, calls, examples, filters } = line;
        let examples = examples.into_iter().map(|(method, url)| format!("{method} {url}")).collect();
        Self { limit, calls, examples, filters }
    }
}
