use std::sync::Arc;

use postern_domain::limits::RequestFacts;
use postern_domain::{AuthenticationContext, Refusal, StepUp, SubjectType};

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
/// `insufficient_scope` that names the scope; `insufficient_user_authentication` that says which sign-in would do; `outside_limits` that names the lines of the token that were closest.
pub fn decide(app: &App, verdict: &Verdict, request: &RequestFacts<'_>) -> Result<Passed, Refusal> {
    let Some(Takes { scopes, resource, step_up }) = app.guard_routes.required(request) else {
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
    if let Some(step_up) = step_up {
        signed_in(app, verdict, step_up)?;
    }
    match verdict.judge(request, app.clock.now()) {
        Judgement::Passed(line) => Ok(Passed { line, reported: None }),
        Judgement::Reported(outside) => Ok(Passed { line: None, reported: Some(outside) }),
        Judgement::Refused(outside) => Err((&outside).into()),
    }
}

/// That the sign-in behind a token is as strong and as fresh as a route takes (RFC 9470 section 3).
fn signed_in(app: &App, verdict: &Verdict, wanted: &Arc<StepUp>) -> Result<(), Refusal> {
    let refuse =
        |why: &'static str| Err(Refusal::insufficient_user_authentication(why).taking(Arc::clone(wanted)));
    let Some(found) = verdict.holder.authentication() else {
        return refuse(
            "nobody signed in for this token, and this takes the token of an app for which somebody did",
        );
    };
    let acr = app.config.authentication_context(&found.amr).map(AuthenticationContext::as_str);
    let is_taken = acr.is_some_and(|acr| wanted.acr_values.iter().any(|taken| taken == acr));
    if !wanted.acr_values.is_empty() && !is_taken {
        return refuse(
            "the sign-in behind the token is not as strong as this takes; send the person to sign in with acr_values",
        );
    }
    let age = app.clock.now().seconds_since(found.auth_time);
    if wanted.max_age.is_some_and(|most| age > most.as_seconds()) {
        return refuse(
            "the sign-in behind the token is longer ago than this takes; send the person to sign in with max_age",
        );
    }
    Ok(())
}
