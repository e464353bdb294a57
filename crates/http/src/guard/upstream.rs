use std::time::Duration;

use axum::body::Body;
use axum::http::uri::{Authority, PathAndQuery, Scheme};
use axum::http::{Request, Response, Uri};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};

/// Longest that connecting may take.
const CONNECT: Duration = Duration::from_secs(5);
/// Longest that the upstream may take until its answer begins.
const ANSWER: Duration = Duration::from_secs(300);
/// How long an idle connection is kept for the next request.
const IDLE: Duration = Duration::from_secs(60);

/// The API that stands behind the guard.
#[derive(Clone, Debug)]
pub struct Upstream {
    authority: Authority,
    client: Client<HttpConnector, Body>,
}

/// Why there is no upstream, or no answer of it.
#[derive(Debug, thiserror::Error)]
pub enum UpstreamError {
    /// The URL is none that requests can be passed on to.
    #[error("the upstream is given as http://HOST:PORT without a path; “{0}” is not that")]
    Url(String),
    /// It cannot be reached, or broke off.
    #[error("the upstream gives no answer")]
    Unreachable(#[source] hyper_util::client::legacy::Error),
    /// It takes too long.
    #[error("the upstream takes too long to answer")]
    Slow,
}

impl Upstream {
    /// The API at this URL.
    ///
    /// # Errors
    /// [`UpstreamError::Url`] if it is not of the form `http://HOST:PORT`.
    pub fn new(url: &str) -> Result<Self, UpstreamError> {
        let refused = || UpstreamError::Url(url.to_owned());
        let uri: Uri = url.parse().map_err(|_| refused())?;
        let authority =
            uri.authority().filter(|_| uri.scheme() == Some(&Scheme::HTTP)).ok_or_else(refused)?;
        if !matches!(uri.path_and_query().map(PathAndQuery::as_str), None | Some("/")) {
            return Err(refused());
        }
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(CONNECT));
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .build(connector);
        Ok(Self { authority: authority.clone(), client })
    }

    /// Passes a request on.
    ///
    /// # Errors
    /// [`UpstreamError`] if no answer comes.
    pub(super) async fn pass(&self, mut request: Request<Body>) -> Result<Response<Incoming>, UpstreamError> {
        let target = request.uri().path_and_query().cloned().unwrap_or(PathAndQuery::from_static("/"));
        let uri =
            Uri::builder().scheme(Scheme::HTTP).authority(self.authority.clone()).path_and_query(target);
        *request.uri_mut() = uri.build().map_err(|_| UpstreamError::Url(self.authority.to_string()))?;
        match tokio::time::timeout(ANSWER, self.client.request(request)).await {
            Ok(answer) => answer.map_err(UpstreamError::Unreachable),
            Err(_) => Err(UpstreamError::Slow),
        }
    }
}
