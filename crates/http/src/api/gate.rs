use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use postern_domain::Params;
use postern_domain::audit::Place;
use postern_domain::limits::{Method, RequestFacts};
use postern_flows::App;

use super::authenticate::authenticate;
use super::last_resort::in_time;
use super::record::Came;
use super::{Access, Caller, Operation, Problem, challenge, rate_limit};
use crate::request::{BufferedBody, client_address, own_url};

/// Longest that an operation may take, its body included: less than any request may, so that the answer that says so
/// still says what is left of the rate limit.
const DEADLINE: Duration = Duration::from_secs(25);

/// What stands in front of one operation.
#[derive(Clone)]
pub(crate) struct Gate {
    app: Arc<App>,
    operation: Arc<Operation>,
}

impl Gate {
    pub(crate) const fn new(app: Arc<App>, operation: Arc<Operation>) -> Self {
        Self { app, operation }
    }
}

/// Lets those pass to an operation who may call it.
pub(crate) async fn gate(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    let Gate { app, operation } = gate;
    let (mut parts, body) = request.into_parts();
    let mut came = came(&app, &parts);
    app.see_brand().await;
    let known = known(&app, &parts, &mut came).await;
    let allowance = rate_limit::count(&app, &parts, &known).await;
    let outcome = rate_limit::check(allowance.as_ref())
        .and_then(|()| came.can_be_kept(&app))
        .and_then(|()| admit(operation.access, known))
        .and_then(|caller| known_parameters(&operation, &parts).map(|()| caller));
    let outcome = match outcome {
        Ok(caller) => {
            let judged = within_limits(&app, &parts, caller.as_ref(), body, &mut came).await;
            judged.map(|body| (caller, body))
        }
        Err(problem) => Err(problem),
    };
    let mut response = match outcome {
        Ok((caller, body)) => {
            if let Some(caller) = caller {
                parts.extensions.insert(caller);
            }
            let work = next.run(Request::from_parts(parts, body));
            in_time(DEADLINE, work).await.unwrap_or_else(Problem::into_response)
        }
        Err(problem) => refused(&app, &parts.headers, problem),
    };
    rate_limit::tell(allowance.as_ref(), response.headers_mut());
    came.answered(&app, &response);
    response
}

/// That the limits of a token let the call pass, as they do or don't behind the guard. Answers the body, which may have
/// been read for it.
async fn within_limits(
    app: &App,
    parts: &Parts,
    caller: Option<&Caller>,
    body: Body,
    came: &mut Came,
) -> Result<Body, Problem> {
    let Some(verdict) = caller.and_then(Caller::token).filter(|verdict| verdict.is_limited()) else {
        return Ok(body);
    };
    let url = own_url(app, &parts.uri)?;
    let method = Method::parse(parts.method.as_str());
    let cap = if verdict.reads_body() { app.config.limits.json_body } else { 0 };
    let body = BufferedBody::read(body, cap).await?;
    let request = RequestFacts { method, url: &url, body: body.facts(&parts.headers) };
    came.judged(&verdict.judge(&request, app.clock.now()))?;
    Ok(body.into_body())
}

/// The answer where there is nothing.
pub(crate) async fn no_such_path(State(app): State<Arc<App>>, request: Request) -> Response {
    let problem = Problem::not_found("there is nothing at this address; /openapi.json says what there is");
    instead(&app, request, problem).await
}

/// The answer where there is something, but not by this method. The router adds `Allow`.
pub(crate) async fn no_such_method(State(app): State<Arc<App>>, request: Request) -> Response {
    let detail = format!("{} is not a method of this address; Allow says which are", request.method());
    let problem = Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail);
    instead(&app, request, problem).await
}

async fn instead(app: &App, request: Request, problem: Problem) -> Response {
    let (parts, _) = request.into_parts();
    let mut came = came(app, &parts);
    let known = known(app, &parts, &mut came).await;
    let allowance = rate_limit::count(app, &parts, &known).await;
    let outcome = rate_limit::check(allowance.as_ref()).and_then(|()| admit(Access::ANYBODY, known));
    let mut response = match outcome {
        Ok(_) => problem.into_response(),
        Err(other) => refused(app, &parts.headers, other),
    };
    rate_limit::tell(allowance.as_ref(), response.headers_mut());
    came.answered(app, &response);
    response
}

/// A call, for what is written down of it.
fn came(app: &App, parts: &Parts) -> Came {
    let mut came = Came::now(Place::Api, client_address(app, &parts.extensions, &parts.headers));
    let path = parts.uri.path_and_query().map_or("/", PathAndQuery::as_str);
    came.asks(app, parts.method.as_str(), &app.config.url(path));
    came
}

/// Who calls, which is written down of a token.
async fn known(app: &App, parts: &Parts, came: &mut Came) -> Result<Option<Caller>, Problem> {
    let known = authenticate(app, parts).await;
    match &known {
        Ok(caller) => {
            if let Some(verdict) = caller.as_ref().and_then(Caller::token) {
                came.by(verdict);
            }
        }
        Err(_) => came.by_refused(app, &parts.headers).await,
    }
    known
}

/// Whoever calls, if they may.
fn admit(access: Access, known: Result<Option<Caller>, Problem>) -> Result<Option<Caller>, Problem> {
    let caller = known?;
    match &caller {
        Some(caller) => access.check(caller.permit()?)?,
        None if access.is_open() => {}
        None => return Err(Problem::no_credential()),
    }
    Ok(caller)
}

/// That the query says nothing that the operation does not know, and what it says can be.
fn known_parameters(operation: &Operation, parts: &Parts) -> Result<(), Problem> {
    let query = parts.uri.query().unwrap_or_default().as_bytes();
    let read = Params::parse(query).and_then(|_| Params::parse_repeated(query));
    let params = read.map_err(|error| Problem::malformed(error.to_string()))?;
    for (name, value) in params.iter() {
        match operation.query.iter().find(|parameter| parameter.name == name) {
            Some(parameter) => parameter.check(value)?,
            None => {
                let name: String = name.chars().take(60).collect();
                let names: Vec<&str> = operation.query.iter().map(|parameter| parameter.name).collect();
                let known = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
                return Err(Problem::malformed(format!(
                    "the parameter “{name}” is not known here; known: {known}"
                )));
            }
        }
    }
    Ok(())
}

fn refused(app: &App, asked: &HeaderMap, problem: Problem) -> Response {
    let challenges = problem.status == StatusCode::UNAUTHORIZED;
    let mut response = problem.clone().into_response();
    if challenges {
        let metadata = app.resource_metadata_url();
        challenge::add(app, asked, &problem, Some(&metadata), response.headers_mut());
    }
    response
}
