use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use postern_flows::App;

/// The address of the other end of the connection; none on a Unix socket.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PeerAddress(pub(crate) Option<IpAddr>);

/// The address a request comes from: the peer's, or what a trusted proxy says in the last `X-Forwarded-For` element that
/// is no trusted proxy itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ClientAddress(pub(crate) IpAddr);

impl FromRequestParts<Arc<App>> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<PeerAddress>().and_then(|peer| peer.0);
        let trusted = TrustedProxies::parse(&app.config.trusted_proxies);
        Ok(Self(trusted.client_address(peer, &parts.headers)))
    }
}

/// The networks whose forwarding headers count.
pub(crate) struct TrustedProxies(Vec<(IpAddr, u8)>);

impl TrustedProxies {
    /// Reads networks such as `10.0.0.0/8`, `::1/128` or a bare address; others were refused with the configuration.
    pub(crate) fn parse(networks: &[String]) -> Self {
        Self(networks.iter().filter_map(|network| parse_network(network)).collect())
    }

    fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|(network, bits)| match (network, address) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                let shift = 32 - u32::from(*bits).min(32);
                network.to_bits().checked_shr(shift) == address.to_bits().checked_shr(shift)
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                let shift = 128 - u32::from(*bits).min(128);
                network.to_bits().checked_shr(shift) == address.to_bits().checked_shr(shift)
            }
            _ => false,
        })
    }

    /// Whose address it is: a proxy's word counts only for what is before it in the chain.
    pub(crate) fn client_address(&self, peer: Option<IpAddr>, headers: &HeaderMap) -> IpAddr {
        let Some(peer) = peer.map(|peer| peer.to_canonical()) else { return IpAddr::V4(Ipv4Addr::LOCALHOST) };
        if !self.contains(peer) {
            return peer;
        }
        let lines: Vec<&str> =
            headers.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok()).collect();
        let mut nearest = peer;
        for element in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
            let Ok(address) = element.trim().parse::<IpAddr>() else { break };
            nearest = address.to_canonical();
            if !self.contains(nearest) {
                break;
            }
        }
        nearest
    }
}

fn parse_network(text: &str) -> Option<(IpAddr, u8)> {
    let (address, bits) = match text.split_once('/') {
        Some((address, bits)) => (address.parse::<IpAddr>().ok()?, bits.parse().ok()?),
        None => {
            let address = text.parse::<IpAddr>().ok()?;
            (address, if address.is_ipv4() { 32 } else { 128 })
        }
    };
    Some((address, bits))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(peer: &str, forwarded: &[&str]) -> String {
        let trusted = TrustedProxies::parse(&[
            "127.0.0.1/32".to_owned(),
            "10.0.0.0/8".to_owned(),
            "fd00::/8".to_owned(),
        ]);
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append("x-forwarded-for", line.parse().unwrap());
        }
        trusted.client_address(Some(peer.parse().unwrap()), &headers).to_string()
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        assert_eq!(address("198.51.100.7", &["203.0.113.1"]), "198.51.100.7");
        assert_eq!(address("127.0.0.1", &["203.0.113.1"]), "203.0.113.1");
        assert_eq!(address("127.0.0.1", &["203.0.113.1, 10.1.2.3"]), "203.0.113.1");
        assert_eq!(address("127.0.0.1", &["1.2.3.4, 203.0.113.1", "10.1.2.3"]), "203.0.113.1");
        assert_eq!(address("::ffff:127.0.0.1", &["203.0.113.1"]), "203.0.113.1");
        assert_eq!(address("fd00::1", &["2001:db8::1"]), "2001:db8::1");
        assert_eq!(address("127.0.0.1", &["junk"]), "127.0.0.1");
        assert_eq!(address("127.0.0.1", &["203.0.113.1, junk, 10.0.0.1"]), "10.0.0.1");
        assert_eq!(address("127.0.0.1", &[]), "127.0.0.1");
    }
}
