use std::net::IpAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use postern_domain::limits::RequestFacts;
use postern_flows::App;
use postern_flows::bearer::Verdict;
use postern_flows::guard::{self, Passed};
use postern_flows::rate_limits::Allowance;

use super::Question;
use crate::api::{Problem, by_token, challenge, rate_limit};
use crate::request::BufferedBody;

/// What the token of a request is worth.
///
/// # Errors
/// 401 if there is none that works.
pub(crate) async fn known(app: &App, headers: &HeaderMap, from: IpAddr) -> Result<Arc<Verdict>, Problem> {
    by_token(app, headers, from).await?.ok_or_else(Problem::no_credential)
}

/// Counts a call with this token, where calls through the guard are counted.
///
/// # Errors
/// 429 if it is one too many.
pub(crate) async fn counted(app: &App, verdict: &Verdict) -> Result<Option<Allowance>, Problem> {
    if !app.config.guard.rate_limits {
        return Ok(None);
    }
    let allowance = rate_limit::count_token(app, verdict).await;
    rate_limit::check(allowance.as_ref())?;
    Ok(allowance)
}

/// Whether a request may pass; its body is read only as far as the token's limits look into it.
///
/// # Errors
/// 403 that names what the token lacks.
pub(crate) async fn judge(
    app: &App,
    verdict: &Verdict,
    question: &Question,
    headers: &HeaderMap,
    body: Body,
) -> Result<(Passed, Body), Problem> {
    let cap = if verdict.reads_body() { app.config.limits.json_body } else { 0 };
    let body = BufferedBody::read(body, cap).await?;
    let request = RequestFacts { method: question.method, url: &question.url, body: body.facts(headers) };
    let passed = guard::decide(app, verdict, &request)?;
    Ok((passed, body.into_body()))
}

/// The answer to a request that may not pass. A reverse proxy takes 401 and 403 for "no" and any other for a failure, so
/// there are no others; `429` is for those who asked for it.
pub(crate) fn refused(app: &App, asked: &HeaderMap, problem: Problem) -> Response {
    let status = match problem.status() {
        known @ (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => known,
        StatusCode::TOO_MANY_REQUESTS if app.config.guard.rate_limits => StatusCode::TOO_MANY_REQUESTS,
        _ => StatusCode::FORBIDDEN,
    };
    let problem = problem.with_status(status);
    let mut response = problem.clone().into_response();
    if status == StatusCode::UNAUTHORIZED {
        challenge::add(app, asked, &problem, None, response.headers_mut());
    }
    response
}
