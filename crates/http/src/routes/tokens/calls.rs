//! The calls of a token that were written down, as pages show them.

use postern_domain::{Params, Refusal, Timestamp};
use postern_flows::App;
use postern_flows::api_tokens::Token;
use postern_flows::calls::{CallShape, MOST, Recorded, Shapes, Span};
use postern_templating::When;
use postern_templating::pages::{CallShapeRow, CallShapes, RecordedCalls};

use crate::said;

/// How far back somebody wants to look.
pub(super) fn span_of(params: &Params) -> Result<Span, Refusal> {
    match params.get("days") {
        None | Some("") => Ok(Span::default()),
        Some(days) => days.parse().map_err(|error: String| Refusal::invalid_request(error)),
    }
}

pub(super) fn shown(app: &App, recorded: &Recorded, span: Span) -> RecordedCalls {
    let choice = |it: &Span| RecordedCalls::choice(it.days()).selected(*it == span);
    let earliest = recorded.calls.last().filter(|_| recorded.is_cut && recorded.calls.len() >= MOST);
    RecordedCalls {
        spans: Span::ALL.iter().map(choice).collect(),
        calls: u64::try_from(recorded.calls.len()).unwrap_or(u64::MAX),
        back_to: earliest.map(|call| when(app, call.at)),
        is_recording: recorded.is_recording,
    }
}

pub(super) fn shapes(app: &App, shapes: Shapes) -> CallShapes {
    let row = |shape: CallShape| CallShapeRow {
        method: shape.method,
        shape: shape.shape,
        calls: shape.calls,
        reported: shape.reported,
        reason: said::text(&shape.reason),
        id: shape.latest.to_string(),
        url: shape.latest_url,
        when: when(app, shape.latest_at),
    };
    CallShapes { calls: shapes.calls, rows: shapes.shapes.into_iter().map(row).collect(), more: shapes.more }
}

/// Until when the limits of a token only report, if they do.
pub(super) fn report_only_until(app: &App, token: &Token) -> Option<When> {
    let until = token.api().and_then(|api| api.report_only_until);
    until.filter(|end| *end > app.clock.now()).map(|end| when(app, end))
}

fn when(app: &App, at: Timestamp) -> When {
    When::new(at.0, app.clock.now().0)
}
