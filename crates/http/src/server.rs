//! The listening side: TCP or a Unix socket, TLS or plain, with every time-out that axum's own `serve` leaves out.

use std::fmt;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::unix::fs::FileTypeExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use postern_flows::{Config, Listen, Tls};
use rustls::ServerConfig;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tower::Service;

use crate::first_words::FirstWords;
use crate::request::PeerAddress;
use crate::slow_readers::TakenWithin;

/// Longest that a client may take for the head of a request, and that a connection may be idle.
const HEAD: Duration = Duration::from_secs(20);
/// Longest that a client may take nothing of an answer.
const STALLED: Duration = Duration::from_secs(30);
/// Longest that a TLS handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Longest that requests in progress may take after the server was told to stop.
const LAST_WORDS: Duration = Duration::from_secs(10);
/// Largest head of a request, in bytes.
const HEAD_LIMIT: usize = 32 * 1024;
/// Most connections at a time.
const CONNECTIONS: usize = 10_000;

/// Why the server cannot listen.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address cannot be had.
    #[error("cannot listen on {0}")]
    Listen(String, #[source] io::Error),
    /// The certificate or key cannot be used.
    #[error("{0} cannot be used for TLS: {1}")]
    Tls(PathBuf, String),
    /// One of the two is missing.
    #[error("tls.cert_file and tls.key_file go together: one of them is not set")]
    TlsHalf,
}

/// Where the server will listen.
pub struct Server {
    listener: Listener,
    tls: Option<TlsAcceptor>,
}

/// Where it does listen, in words.
#[derive(Clone, Debug)]
pub enum Bound {
    /// A TCP address, with the port that was had.
    Tcp(SocketAddr),
    /// A Unix socket.
    Unix(PathBuf),
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(f),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

enum Listener {
    Tcp(TcpListener),
    Unix(UnixListener, PathBuf),
}

impl Server {
    /// Takes the address of the configuration, and reads the certificate if there is one.
    ///
    /// # Errors
    /// [`ServeError`] says what is in the way.
    pub async fn bind(config: &Config) -> Result<Self, ServeError> {
        let tls = acceptor(&config.tls)?;
        let listener = match &config.listen {
            Listen::Tcp(address) => TcpListener::bind(address).await.map(Listener::Tcp),
            Listen::Unix(path) => {
                // A socket that nobody listens on any more is in the way of the next start.
                let is_socket =
                    std::fs::symlink_metadata(path).is_ok_and(|file| file.file_type().is_socket());
                if is_socket && std::os::unix::net::UnixStream::connect(path).is_err() {
                    let _it_may_not_be_there = std::fs::remove_file(path);
                }
                UnixListener::bind(path).map(|listener| Listener::Unix(listener, path.clone()))
            }
        };
        let named = || match &config.listen {
            Listen::Tcp(address) => address.to_string(),
            Listen::Unix(path) => path.display().to_string(),
        };
        let listener = listener.map_err(|error| ServeError::Listen(named(), error))?;
        Ok(Self { listener, tls })
    }

    /// Where it listens.
    pub fn bound(&self) -> Option<Bound> {
        match &self.listener {
            Listener::Tcp(listener) => listener.local_addr().ok().map(Bound::Tcp),
            Listener::Unix(_, path) => Some(Bound::Unix(path.clone())),
        }
    }

    /// Serves until `stop` is done, then finishes the requests in progress.
    pub async fn serve(self, router: Router, stop: impl Future<Output = ()>) {
        let graceful = GracefulShutdown::new();
        let builder = Arc::new(connection_builder());
        let places = Arc::new(Semaphore::new(CONNECTIONS));
        tokio::pin!(stop);
        loop {
            let place = tokio::select! {
                place = Arc::clone(&places).acquire_owned() => place,
                () = &mut stop => break,
            };
            let Ok(place) = place else { break };
            let (stream, peer) = tokio::select! {
                accepted = self.listener.accept() => match accepted {
                    Ok(accepted) => accepted,
                    Err(error) => {
                        // Out of file descriptors, mostly: others will close theirs.
                        tracing::warn!(%error, "a connection could not be accepted");
                        tokio::time::sleep(Duration::from_millis(50)).await;
                        continue;
                    }
                },
                () = &mut stop => break,
            };
            let (builder, tls, router) = (Arc::clone(&builder), self.tls.clone(), router.clone());
            let watcher = graceful.watcher();
            tokio::spawn(async move {
                let _place = place;
                let Some(stream) = secured(stream, tls).await else { return };
                let service = service_fn(move |mut request: hyper::Request<Incoming>| {
                    request.extensions_mut().insert(PeerAddress(peer));
                    router.clone().call(request.map(Body::new))
                });
                let stream = FirstWords::within(HEAD, TakenWithin::new(STALLED, stream));
                let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), service);
                if let Err(error) = watcher.watch(connection.into_owned()).await {
                    tracing::debug!(%error, "a connection ended early");
                }
            });
        }
        if let Listener::Unix(_, path) = &self.listener {
            let _it_may_be_gone = std::fs::remove_file(path);
        }
        drop(self.listener);
        if tokio::time::timeout(LAST_WORDS, graceful.shutdown()).await.is_err() {
            tracing::warn!("some requests did not end in time and were cut off");
        }
    }
}

impl Listener {
    async fn accept(&self) -> io::Result<(Box<dyn Stream>, Option<IpAddr>)> {
        match self {
            Self::Tcp(listener) => {
                let (stream, peer) = listener.accept().await?;
                // Without it answers are only later; a connection that is gone by now says so when it is read.
                let _it_may_be_gone = stream.set_nodelay(true);
                Ok((Box::new(stream), Some(peer.ip())))
            }
            Self::Unix(listener, _) => {
                let (stream, _) = listener.accept().await?;
                Ok((Box::new(stream), None))
            }
        }
    }
}

/// A connection, whatever it runs over.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

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

fn acceptor(tls: &Tls) -> Result<Option<TlsAcceptor>, ServeError> {
    let (cert_file, key_file) = match (&tls.cert_file, &tls.key_file) {
        (None, None) => return Ok(None),
        (Some(cert_file), Some(key_file)) => (cert_file, key_file),
        _ => return Err(ServeError::TlsHalf),
    };
    let refused =
        |file: &PathBuf, error: &dyn std::fmt::Display| ServeError::Tls(file.clone(), error.to_string());
    let chain = CertificateDer::pem_file_iter(cert_file)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| refused(cert_file, &error))?;
    let key = PrivateKeyDer::from_pem_file(key_file).map_err(|error| refused(key_file, &error))?;
    let mut provider = rustls::crypto::aws_lc_rs::default_provider();
    // TLS 1.3, and of 1.2 only what has forward secrecy and AES-GCM (FAPI 2.0 section 5.2.1).
    provider
        .cipher_suites
        .retain(|suite| suite.tls13().is_some() || format!("{:?}", suite.suite()).contains("_WITH_AES_"));
    let mut config = ServerConfig::builder_with_provider(Arc::new(provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| refused(cert_file, &error))?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|error| refused(cert_file, &error))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Some(TlsAcceptor::from(Arc::new(config))))
}
