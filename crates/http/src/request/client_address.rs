use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};
use postern_flows::App;

/// The address of the other end of the connection; none on a Unix socket.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PeerAddress(pub(crate) Option<IpAddr>);

/// The address a request comes from, as far as trusted proxies tell.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ClientAddress(pub(crate) IpAddr);

impl FromRequestParts<Arc<App>> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Infallible> {
        Ok(Self(client_address(app, &parts.extensions, &parts.headers)))
    }
}

/// The address that a request with these extensions and headers comes from.
pub(crate) fn client_address(app: &App, extensions: &Extensions, headers: &HeaderMap) -> IpAddr {
    let peer = extensions.get::<PeerAddress>().and_then(|peer| peer.0);
    let lines = headers.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok());
    let elements = lines.flat_map(|line| line.split(',')).collect::<Vec<_>>();
    app.trusted_proxies.client_address(peer, elements.into_iter())
}
