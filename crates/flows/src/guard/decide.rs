use postern_domain::limits::RequestFacts;
use postern_domain::{Refusal, SubjectType};

use super::routes::Takes;
use crate::App;
use crate::bearer::{Judgement, OutsideLimits, Verdict};

/// A request that may pass.
#[derive(Clone, Debug)]
pub struct Passed {
    /// The limit line that lets it pass, counted from 0.
    pub line: Option<usize>,
    /// What would have refused it if the token's limits did not only report.
    pub reported: Option<OutsideLimits>,
}

/// Whether a request with a token that works may pass.
///
/// # Errors
/// `invalid_token` if the token is for other APIs only; `forbidden` if no route is about it, or none that is for customers;
/// `insufficient_scope` that names the scope; `outside_limits` that names the lines of the token that were closest.
pub fn decide(app: &App, verdict: &Verdict, request: &RequestFacts<'_>) -> Result<Passed, Refusal> {
    let Some(Takes { scopes, resource }) = app.guard_routes.required(request) else {
        return Err(Refusal::forbidden("no route of guard.routes is about this request"));
    };
    if let Some(resource) = resource.as_deref().or(app.config.guard.resource.as_deref()) {
        verdict.check_audience(resource)?;
    }
    let is_customer = verdict.permit.subject.subject_type() == Some(SubjectType::Customer);
    if is_customer && scopes.is_empty() {
        return Err(Refusal::forbidden(
            "a customer's token passes only where a route asks for a scope that it holds",
        ));
    }
    if let Some(missing) = scopes.iter().find(|scope| !verdict.holds(scope)) {
        return Err(Refusal::insufficient_scope(format!("the token does not hold the scope “{missing}”")));
    }
    match verdict.judge(request, app.clock.now()) {
        Judgement::Passed(line) => Ok(Passed { line, reported: None }),
        Judgement::Reported(outside) => Ok(Passed { line: None, reported: Some(outside) }),
        Judgement::Refused(outside) => Err((&outside).into()),
    }
}
