//! The listening side: TCP or a Unix socket, TLS or plain, with every time-out that axum's own `serve` leaves out.

mod connections;
mod tls;

use std::fmt;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::unix::fs::FileTypeExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use listenfd::ListenFd;
use postern_flows::health::Health;
use postern_flows::{Config, Listen, Tls};
use tokio::net::{TcpListener, UnixListener};
use tokio_rustls::TlsAcceptor;

use connections::{Connections, Stream};
use tls::acceptor;

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
    /// Whether somebody else keeps the socket open.
    inherited: bool,
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
    /// Takes the socket that a service manager hands over (sd_listen_fds(3)), or else the address of the configuration, and
    /// reads the certificate if there is one.
    ///
    /// # Errors
    /// [`ServeError`] says what is in the way.
    pub async fn bind(config: &Config) -> Result<Self, ServeError> {
        let inherited = inherited(&config.listen);
        match inherited
            .map_err(|error| ServeError::Listen("the socket that was handed over".to_owned(), error))?
        {
            Some(listener) => Ok(Self { listener, tls: acceptor(&config.tls)?, inherited: true }),
            None => Self::bind_to(&config.listen, &config.tls).await,
        }
    }

    /// Takes an address.
    ///
    /// # Errors
    /// [`ServeError`] says what is in the way.
    pub async fn bind_to(listen: &Listen, tls: &Tls) -> Result<Self, ServeError> {
        let tls = acceptor(tls)?;
        let listener = match listen {
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
        let listener = listener.map_err(|error| ServeError::Listen(listen.to_string(), error))?;
        Ok(Self { listener, tls, inherited: false })
    }

    /// Where it listens.
    pub fn bound(&self) -> Option<Bound> {
        match &self.listener {
            Listener::Tcp(listener) => listener.local_addr().ok().map(Bound::Tcp),
            Listener::Unix(_, path) => Some(Bound::Unix(path.clone())),
        }
    }

    /// Serves until `stop` is done, says so at `health`, goes on for as long as `notice`, and then finishes the requests in
    /// progress.
    pub async fn serve(
        self,
        router: Router,
        health: Arc<Health>,
        notice: Duration,
        stop: impl Future<Output = ()>,
    ) {
        let connections = Connections::new(self.tls, router, Arc::clone(&health));
        connections.take(&self.listener, stop).await;
        health.stop();
        connections.take(&self.listener, tokio::time::sleep(notice)).await;
        // Those who wait at a socket that stays open are the next process's.
        if !self.inherited {
            connections.take_waiting(&self.listener).await;
            self.listener.close();
        }
        connections.finish().await;
    }
}

/// The first socket that was handed over, of the kind of `listen`.
fn inherited(listen: &Listen) -> io::Result<Option<Listener>> {
    let mut sockets = ListenFd::from_env();
    Ok(match listen {
        Listen::Tcp(_) => match sockets.take_tcp_listener(0)? {
            Some(socket) => {
                socket.set_nonblocking(true)?;
                Some(Listener::Tcp(TcpListener::from_std(socket)?))
            }
            None => None,
        },
        Listen::Unix(path) => match sockets.take_unix_listener(0)? {
            Some(socket) => {
                socket.set_nonblocking(true)?;
                Some(Listener::Unix(UnixListener::from_std(socket)?, path.clone()))
            }
            None => None,
        },
    })
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

    /// Takes no more. What connects from here on is refused at once, and can go elsewhere.
    fn close(self) {
        if let Self::Unix(_, path) = &self {
            let _it_may_be_gone = std::fs::remove_file(path);
        }
    }
}
