//! `/v1/limits/try`: whether limits let a request pass.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use postern_flows::App;
use postern_flows::api_tokens::{self, Trial, Tried, TriedLine};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::{Access, JsonBody, Operation, Problem};
use crate::rights::Routes;

pub(crate) fn routes() -> Routes {
    let tried = Operation::post("/v1/limits/try", "tryLimits", Access::user_or_organization("tokens:read"))
        .summary("Try a request with limits")
        .note("Nothing is sent and nothing is changed. A command of curl can stand in the place of the parts of a request.")
        .takes::<LimitTrial>()
        .answers::<LimitAnswer>();
    Routes::new().api(tried, answered)
}

/// Limits and a request.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct LimitTrial {
    /// One limit each: `[get]URL_REGEX[QueryParam::name==REGEX][JsonData::node==REGEX]`.
    limits: Vec<String>,
    /// Else GET, or POST with a body.
    method: Option<String>,
    /// Whole, with scheme and host.
    url: Option<String>,
    /// The JSON body as text.
    body: Option<String>,
    /// Such as `curl -X DELETE https://api.example.com/projects/7`.
    curl: Option<String>,
}

/// What limits say to a request.
#[derive(Debug, Serialize, ToSchema)]
struct LimitAnswer {
    allowed: bool,
    /// Of the request.
    method: String,
    /// In normal form, without the query: what limits are matched with.
    url: String,
    /// The line that lets it pass, or all with how far each got.
    lines: Vec<LimitAnswerLine>,
    /// What the guard asks for beside the limits; `null` if none of its routes is about the request.
    scopes: Option<Vec<String>>,
}

/// A limit and what it says.
#[derive(Debug, Serialize, ToSchema)]
struct LimitAnswerLine {
    /// Counted from 1.
    line: usize,
    limit: String,
    passes: bool,
    /// In words.
    reason: String,
}

async fn answered(
    State(app): State<Arc<App>>,
    JsonBody(trial): JsonBody<LimitTrial>,
) -> Result<Json<LimitAnswer>, Problem> {
    let trial = Trial {
        method: trial.method.unwrap_or_default(),
        url: trial.url.unwrap_or_default(),
        body: trial.body.unwrap_or_default(),
        curl: trial.curl.unwrap_or_default(),
        limits: trial.limits.join("\n"),
    };
    Ok(Json(api_tokens::try_request(&app, &trial, &[]).await?.into()))
}

impl From<Tried> for LimitAnswer {
    fn from(tried: Tried) -> Self {
        let Tried { allowed, method, url, lines, scopes, .. } = tried;
        Self { allowed, method, url, lines: lines.into_iter().map(Into::into).collect(), scopes }
    }
}

impl From<TriedLine> for LimitAnswerLine {
    fn from(line: TriedLine) -> Self {
        let TriedLine { line, limit, passes, reason } = line;
        Self { line, limit, passes, reason: reason.to_string() }
    }
}
