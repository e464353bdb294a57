use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderValue, StatusCode, Version, header};
use axum::response::{IntoResponse, Response};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use postern_domain::Refusal;
use postern_domain::audit::Place;
use postern_domain::limits::RequestUrl;
use postern_flows::App;
use tower_http::catch_panic::CatchPanicLayer;
use tracing::Instrument;

use super::hops::{self, Hop};
use super::{Question, Upstream, UpstreamError, counted, identify, judge, known, refused};
use crate::api::{Came, Problem};
use crate::request::{PeerAddress, RequestId, client_address};
use crate::span;

/// By which a refusal can be looked up.
const REQUEST_ID: &str = "x-request-id";

/// What every request to the proxy needs.
struct Guarded {
    app: Arc<App>,
    upstream: Upstream,
}

/// The guard as a reverse proxy in front of `upstream`: what may pass goes on as it came, with headers that say who asks.
pub fn guarded(app: Arc<App>, upstream: Upstream) -> Router {
    let guarded = Arc::new(Guarded { app, upstream });
    Router::new().fallback(pass).layer(CatchPanicLayer::new()).with_state(guarded)
}

async fn pass(State(guarded): State<Arc<Guarded>>, mut request: Request) -> Response {
    let id = RequestId::new(&guarded.app);
    let upgrade = request.extensions_mut().remove::<OnUpgrade>();
    let (mut parts, body) = request.into_parts();
    let asked = parts.headers.clone();
    let header = id.header();
    // The paths are the API's: there is no route to name.
    let public_url = guarded.app.config.guard.public_url.as_ref();
    let span = span::begin(&parts.method, &parts.extensions, &id, public_url);
    let work = id.scope(async {
        let app = &guarded.app;
        let mut came = Came::now(Place::Guard, client_address(app, &parts.extensions, &parts.headers));
        let outcome = match admitted(app, &mut parts, body, &mut came).await {
            Ok(body) => {
                parts.headers.insert(REQUEST_ID, header.clone());
                guarded.upstream.pass(Request::from_parts(parts, body)).await.map_err(failed)
            }
            Err(problem) => {
                came.by_refused(app, &asked).await;
                Err(refused(app, &asked, problem))
            }
        };
        let response = outcome.map_or_else(|own| ours(own, header), |answer| answered(answer, upgrade));
        came.answered(app, &response);
        response
    });
    let response = work.instrument(span.clone()).await;
    span::answered(&span, response.status());
    response
}

/// An answer of the guard itself, which nobody keeps.
fn ours(mut answer: Response, id: HeaderValue) -> Response {
    let headers = answer.headers_mut();
    headers.insert(REQUEST_ID, id);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    answer
}

/// Lets a request pass and makes it what the upstream gets.
async fn admitted(app: &App, parts: &mut Parts, body: Body, came: &mut Came) -> Result<Body, Problem> {
    let from = client_address(app, &parts.extensions, &parts.headers);
    let question = question(app, parts)?;
    came.asks(app, parts.method.as_str(), &question.whole_url());
    let hop = Hop::of(&parts.headers);
    // First of all: what is judged must be what arrives.
    hops::strip(&mut parts.headers, &hop);
    let verdict = known(app, &parts.headers, from).await?;
    came.by(&verdict);
    came.can_be_kept(app)?;
    counted(app, &verdict).await?;
    let (passed, body) = judge(app, &verdict, &question, &parts.headers, body).await?;
    came.passes(passed.line, passed.reported.as_ref());
    hops::strip_claims(&mut parts.headers, &app.config.session_api_token.header);
    identify(app, &verdict, &question.url, &mut parts.headers).await?;
    let scheme = if question.url.as_str().starts_with("https:") { "https" } else { "http" };
    hops::forward(&mut parts.headers, &from.to_string(), scheme, question.url.authority());
    hops::join_cookies(&mut parts.headers);
    hop.renew(&mut parts.headers);
    parts.version = Version::HTTP_11;
    Ok(body)
}

/// The request that is asked for, by the one name that it is asked for by.
fn question(app: &App, parts: &Parts) -> Result<Question, Refusal> {
    let hosts: Vec<&HeaderValue> = parts.headers.get_all(header::HOST).iter().collect();
    let named = match (parts.uri.authority(), hosts.as_slice()) {
        (Some(authority), []) => authority.as_str(),
        (Some(authority), [host]) if host.as_bytes() == authority.as_str().as_bytes() => authority.as_str(),
        (None, [host]) => host.to_str().map_err(|_| Refusal::forbidden("the Host header is malformed"))?,
        _ => return Err(Refusal::forbidden("it is not clear which host the request is for")),
    };
    let (scheme, host) = origin(app, parts, named)?;
    let target = parts.uri.path_and_query().map_or("/", PathAndQuery::as_str);
    let url = RequestUrl::new(&scheme, &host, target);
    let url = url.map_err(|error| Refusal::forbidden(error.to_string()))?;
    Question::new(parts.method.as_str(), url)
}

/// Scheme and host under which people know the API: those of the configuration, or what a trusted proxy in front says,
/// or what the connection is.
fn origin(app: &App, parts: &Parts, named: &str) -> Result<(String, String), Refusal> {
    let peer = parts.extensions.get::<PeerAddress>().and_then(|peer| peer.0);
    let stated = |name: &str| -> Option<String> {
        let mut values = parts.headers.get_all(name).iter();
        let value = values.next().filter(|_| values.next().is_none())?;
        app.trusted_proxies.trusts(peer).then(|| value.to_str().ok().map(str::to_owned)).flatten()
    };
    let host = stated("x-forwarded-host").unwrap_or_else(|| named.to_owned());
    if let Some(public) = &app.config.guard.public_url {
        let expected =
            RequestUrl::parse(public.as_str()).map_err(|error| Refusal::forbidden(error.to_string()))?;
        let asked = RequestUrl::new(public.scheme(), &host, "/").ok();
        if asked.is_none_or(|asked| asked.origin() != expected.origin()) {
            return Err(Refusal::forbidden("the request is for another host than that of guard.public_url"));
        }
        return Ok((public.scheme().to_owned(), host));
    }
    let own = if app.config.tls.cert_file.is_some() { "https" } else { "http" };
    Ok((stated("x-forwarded-proto").unwrap_or_else(|| own.to_owned()), host))
}

/// The answer of the upstream as it came, redirects included. If it agreed to another protocol, both ends are joined.
fn answered(answer: hyper::Response<hyper::body::Incoming>, client: Option<OnUpgrade>) -> Response {
    let mut answer = answer;
    let switched = answer.status() == StatusCode::SWITCHING_PROTOCOLS;
    let upstream = switched.then(|| hyper::upgrade::on(&mut answer));
    let hop = Hop::of(answer.headers());
    hops::strip(answer.headers_mut(), &hop);
    if switched {
        hop.renew(answer.headers_mut());
    }
    if let (Some(upstream), Some(client)) = (upstream, client) {
        tokio::spawn(async move {
            let (Ok(upstream), Ok(client)) = tokio::join!(upstream, client) else { return };
            let (mut upstream, mut client) = (TokioIo::new(upstream), TokioIo::new(client));
            if let Err(error) = tokio::io::copy_bidirectional(&mut client, &mut upstream).await {
                tracing::debug!(%error, "an upgraded connection ended early");
            }
        });
    }
    answer.map(Body::new)
}

fn failed(error: UpstreamError) -> Response {
    tracing::warn!(error = &error as &dyn std::error::Error, "a request could not be passed on");
    let status = match error {
        UpstreamError::Slow => StatusCode::GATEWAY_TIMEOUT,
        UpstreamError::Url(_) | UpstreamError::Unreachable(_) => StatusCode::BAD_GATEWAY,
    };
    Problem::new(status, "upstream_unavailable", error.to_string()).into_response()
}
