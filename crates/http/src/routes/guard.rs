//! `/v1/guard`: whether a request to somebody's API may pass, asked by the reverse proxy in front of it.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use postern_domain::Refusal;
use postern_domain::audit::Place;
use postern_flows::App;

use crate::api::{Came, Problem, rate_limit};
use crate::guard::{Question, blank, counted, identify, judge, known, refused};
use crate::request::{PeerAddress, client_address};
use crate::rights::{Right, Routes};

/// Where it is asked; what follows it is not looked at, since Envoy puts the path of the request there.
const GUARD: [&str; 3] = ["/v1/guard", "/v1/guard/", "/v1/guard/{*path}"];

pub(crate) fn routes() -> Routes {
    GUARD
        .into_iter()
        .fold(Routes::new(), |routes, path| routes.with("ANY", path, Right::Protocol, any(guard)))
}

async fn guard(State(app): State<Arc<App>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let mut came = Came::now(Place::Guard, client_address(&app, &parts.extensions, &parts.headers));
    let response = match answer(&app, &parts, body, &mut came).await {
        Ok(response) => response,
        Err(problem) => {
            came.by_refused(&app, &parts.headers).await;
            refused(&app, &parts.headers, problem)
        }
    };
    came.answered(&app, &response);
    response
}

async fn answer(app: &App, parts: &Parts, body: Body, came: &mut Came) -> Result<Response, Problem> {
    let from = client_address(app, &parts.extensions, &parts.headers);
    let is_trusted = asked_by_trusted_proxy(app, parts);
    let question = Question::forwarded(app, &parts.headers);
    if let (true, Ok(question)) = (is_trusted, &question) {
        came.asks(app, question.method_name(), &question.whole_url());
    }
    let verdict = known(app, &parts.headers, from).await?;
    came.by(&verdict);
    came.can_be_kept(app)?;
    let allowance = counted(app, &verdict).await?;
    if !is_trusted {
        return Err(Refusal::forbidden(
            "whoever asks the guard is none of trusted_proxies, so nothing that it says of a request counts",
        )
        .into());
    }
    let question = question?;
    let (passed, _body) = judge(app, &verdict, &question, &parts.headers, body).await?;
    came.passes(passed.line, passed.reported.as_ref());
    let mut response = StatusCode::OK.into_response();
    identify(app, &verdict, &question.url, response.headers_mut()).await?;
    blank(response.headers_mut());
    rate_limit::tell(allowance.as_ref(), response.headers_mut());
    Ok(response)
}

fn asked_by_trusted_proxy(app: &App, parts: &Parts) -> bool {
    let peer = parts.extensions.get::<PeerAddress>().and_then(|peer| peer.0);
    app.trusted_proxies.trusts(peer)
}
