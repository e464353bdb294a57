use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use postern_domain::ErrorCode;
use postern_flows::App;
use postern_flows::bearer::Verdict;
use postern_flows::rate_limits::{self, Allowance, Whose};

use super::{Caller, Problem};
use crate::request::client_address;

const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// Counts a call: that of whoever is known or, of nobody who is, the address's. `None` where calls are not counted.
pub(super) async fn count(
    app: &App,
    parts: &Parts,
    known: &Result<Option<Caller>, Problem>,
) -> Option<Allowance> {
    let whose = match known {
        Ok(Some(caller)) => whose(app, caller).await,
        _ => None,
    };
    let address = || Whose::Address(client_address(app, &parts.extensions, &parts.headers));
    rate_limits::count(app, whose.unwrap_or_else(address)).await
}

async fn whose(app: &App, caller: &Caller) -> Option<Whose> {
    if let Some(session) = caller.session() {
        return Some(Whose::Session(session.id));
    }
    Whose::of_token(app, caller.token()?).await.ok()
}

/// Counts a call with this token.
pub(crate) async fn count_token(app: &App, verdict: &Verdict) -> Option<Allowance> {
    rate_limits::count(app, Whose::of_token(app, verdict).await.ok()?).await
}

/// That the call is none too many.
///
/// # Errors
/// `too_many_requests` that says how long to wait.
pub(crate) fn check(allowance: Option<&Allowance>) -> Result<(), Problem> {
    let Some((limit, wait)) = allowance.and_then(|all| all.retry_after.map(|wait| (all.limit, wait))) else {
        return Ok(());
    };
    let detail = format!(
        "that was more than {limit} calls in too short a time; the next one is taken in {}",
        wait.in_words()
    );
    let code = ErrorCode::TooManyRequests.as_str();
    Err(Problem::new(StatusCode::TOO_MANY_REQUESTS, code, detail).after(wait))
}

/// Says what is left.
pub(crate) fn tell(allowance: Option<&Allowance>, headers: &mut HeaderMap) {
    let Some(allowance) = allowance else { return };
    headers.insert(LIMIT, HeaderValue::from(allowance.limit));
    headers.insert(REMAINING, HeaderValue::from(allowance.remaining));
    headers.insert(RESET, HeaderValue::from(allowance.reset_at.0));
}
