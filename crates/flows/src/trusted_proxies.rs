use std::net::{IpAddr, Ipv4Addr};

use postern_domain::Network;

/// The networks whose forwarding headers count.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(Vec<Network>);

impl TrustedProxies {
    /// Whether a text is a network such as `10.0.0.0/8` or `::1/128`, or an address.
    pub fn is_network(text: &str) -> bool {
        text.parse::<Network>().is_ok()
    }

    /// Reads networks; what is none was refused with the settings.
    pub fn parse(networks: &[String]) -> Self {
        Self(networks.iter().filter_map(|network| network.parse().ok()).collect())
    }

    /// Whether what `address` says of others is believed.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(address))
    }

    /// Whether a peer is believed; none is a Unix socket, which counts as `127.0.0.1`.
    pub fn trusts(&self, peer: Option<IpAddr>) -> bool {
        self.contains(peer.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)))
    }

    /// Whose address a request comes from: the peer's, unless the peer is trusted; then that of the last element of
    /// `forwarded` (`X-Forwarded-For`, first to last) that is not trusted itself. No peer is a Unix socket, which counts as
    /// `127.0.0.1`: whoever it is runs on this machine.
    pub fn client_address<'a>(
        &self,
        peer: Option<IpAddr>,
        forwarded: impl DoubleEndedIterator<Item = &'a str>,
    ) -> IpAddr {
        let peer = peer.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |peer| peer.to_canonical());
        if !self.contains(peer) {
            return peer;
        }
        let mut nearest = peer;
        for element in forwarded.rev() {
            let Ok(address) = element.trim().parse::<IpAddr>() else { break };
            nearest = address.to_canonical();
            if !self.contains(nearest) {
                break;
            }
        }
        nearest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(peer: &str, forwarded: &[&str]) -> String {
        let networks = ["127.0.0.1/32", "10.0.0.0/8", "fd00::/8"].map(str::to_owned);
        let trusted = TrustedProxies::parse(&networks);
        trusted.client_address(Some(peer.parse().unwrap()), forwarded.iter().copied()).to_string()
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        assert_eq!(address("198.51.100.7", &["203.0.113.1"]), "198.51.100.7");
        assert_eq!(address("127.0.0.1", &["203.0.113.1"]), "203.0.113.1");
        assert_eq!(address("127.0.0.1", &["203.0.113.1", " 10.1.2.3"]), "203.0.113.1");
        assert_eq!(address("127.0.0.1", &["1.2.3.4", "203.0.113.1", "10.1.2.3"]), "203.0.113.1");
        assert_eq!(address("::ffff:127.0.0.1", &["203.0.113.1"]), "203.0.113.1");
        assert_eq!(address("fd00::1", &["2001:db8::1"]), "2001:db8::1");
        assert_eq!(address("127.0.0.1", &["junk"]), "127.0.0.1");
        assert_eq!(address("127.0.0.1", &["203.0.113.1", "junk", "10.0.0.1"]), "10.0.0.1");
        assert_eq!(address("127.0.0.1", &[]), "127.0.0.1");
    }

    #[test]
    fn a_unix_socket_counts_as_this_machine() {
        let told = |networks: &[&str]| {
            let networks: Vec<String> = networks.iter().map(|text| (*text).to_owned()).collect();
            TrustedProxies::parse(&networks).client_address(None, ["203.0.113.1"].into_iter()).to_string()
        };
        assert_eq!(told(&[]), "127.0.0.1");
        assert_eq!(told(&["127.0.0.1/32"]), "203.0.113.1");
    }

    #[test]
    fn what_is_no_network() {
        for text in ["", "localhost", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0/8", "::1/129"] {
            assert!(!TrustedProxies::is_network(text), "{text}");
        }
    }
}
