//! Connections: how many there are, what they may take, and how they end.

use std::convert::Infallible;
use std::future::Future;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, Version, header};
use futures_util::FutureExt;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use postern_flows::health::Health;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tower::Service;

use super::Listener;
use crate::first_words::FirstWords;
use crate::request::PeerAddress;
use crate::slow_readers::TakenWithin;

/// Longest that a client may take for the head of a request, and that a connection may be idle.
const HEAD: Duration = Duration::from_secs(20);
/// Longest that a client may take nothing of an answer.
const STALLED: Duration = Duration::from_secs(30);
/// Longest that a TLS handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// How long requests may still arrive on connections that are open when no new ones are taken: they were on their way.
const ON_THEIR_WAY: Duration = Duration::from_millis(300);
/// Longest that requests in progress may take after the server was told to stop.
const LAST_WORDS: Duration = Duration::from_secs(10);
/// Largest head of a request, in bytes.
const HEAD_LIMIT: usize = 32 * 1024;
/// Most connections at a time.
const CONNECTIONS: usize = 10_000;

/// The connections of a server.
pub(super) struct Connections {
    builder: Arc<Builder<TokioExecutor>>,
    tls: Option<TlsAcceptor>,
    router: Router,
    health: Arc<Health>,
    places: Arc<Semaphore>,
    graceful: GracefulShutdown,
}

impl Connections {
    pub(super) fn new(tls: Option<TlsAcceptor>, router: Router, health: Arc<Health>) -> Self {
        Self {
            builder: Arc::new(connection_builder()),
            tls,
            router,
            health,
            places: Arc::new(Semaphore::new(CONNECTIONS)),
            graceful: GracefulShutdown::new(),
        }
    }

    /// Takes connections until `stop` is done.
    pub(super) async fn take(&self, listener: &Listener, stop: impl Future<Output = ()>) {
        let taking = async {
            // Nobody closes the places.
            while let Ok(place) = Arc::clone(&self.places).acquire_owned().await {
                match listener.accept().await {
                    Ok((stream, peer)) => self.begin(stream, peer, place),
                    Err(error) => {
                        // Out of file descriptors, mostly: others will close theirs.
                        tracing::warn!(%error, "a connection could not be accepted");
                        tokio::time::sleep(Duration::from_millis(50)).await;
                    }
                }
            }
        };
        tokio::select! {
            biased;
            () = stop => {}
            () = taking => {}
        }
    }

    /// Takes those that are already there: for whoever made them they are as good as taken.
    pub(super) async fn take_waiting(&self, listener: &Listener) {
        while let Ok(place) = Arc::clone(&self.places).try_acquire_owned() {
            // A task that is not asked for long enough is told to wait although somebody waits for it.
            let Some(Ok((stream, peer))) = tokio::task::unconstrained(listener.accept()).now_or_never()
            else {
                return;
            };
            self.begin(stream, peer, place);
        }
    }

    /// Waits until the requests in progress are answered.
    pub(super) async fn finish(self) {
        // Until now each answer has closed its connection. What is idle after this has nothing on its way.
        tokio::time::sleep(ON_THEIR_WAY).await;
        if tokio::time::timeout(LAST_WORDS, self.graceful.shutdown()).await.is_err() {
            tracing::warn!("some requests did not end in time and were cut off");
        }
    }

    fn begin(&self, stream: Box<dyn Stream>, peer: Option<IpAddr>, place: tokio::sync::OwnedSemaphorePermit) {
        let (builder, tls, router) = (Arc::clone(&self.builder), self.tls.clone(), self.router.clone());
        let (watcher, health) = (self.graceful.watcher(), Arc::clone(&self.health));
        tokio::spawn(async move {
            let (_place, _counted) = (place, health.connections.one_more());
            let Some(stream) = secured(stream, tls).await else { return };
            let service = service_fn(|mut request: hyper::Request<Incoming>| {
                request.extensions_mut().insert(PeerAddress(peer));
                let (version, health) = (request.version(), Arc::clone(&health));
                let answer = router.clone().call(request.map(Body::new));
                async move { Ok::<_, Infallible>(last(&health, version, answer.await?)) }
            });
            let stream = FirstWords::within(HEAD, TakenWithin::new(STALLED, stream));
            let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), service);
            if let Err(error) = watcher.watch(connection.into_owned()).await {
                tracing::debug!(%error, "a connection ended early");
            }
        });
    }
}

/// An answer of a server that is about to end closes its connection, so that the next request goes elsewhere. HTTP/2 has
/// words of its own for that (RFC 9113 section 6.8).
fn last(health: &Health, version: Version, mut answer: Response<Body>) -> Response<Body> {
    let is_over = answer.status() != StatusCode::SWITCHING_PROTOCOLS;
    if health.is_stopping() && is_over && version <= Version::HTTP_11 {
        answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    answer
}

/// A connection, whatever it runs over.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

async fn secured(stream: Box<dyn Stream>, tls: Option<TlsAcceptor>) -> Option<Box<dyn Stream>> {
    let Some(tls) = tls else { return Some(stream) };
    match tokio::time::timeout(HANDSHAKE, tls.accept(stream)).await {
        Ok(Ok(stream)) => Some(Box::new(stream)),
        Ok(Err(error)) => {
            tracing::debug!(%error, "a TLS handshake failed");
            None
        }
        Err(_) => None,
    }
}

fn connection_builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(HEAD_LIMIT)
        .max_headers(100);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(HEAD)
        .keep_alive_timeout(HANDSHAKE)
        .max_concurrent_streams(200)
        .max_header_list_size(32 * 1024);
    builder
}
