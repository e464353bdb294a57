use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use postern_domain::Network;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::public::is_public;

/// Which addresses may be called.
#[derive(Clone, Debug)]
pub(super) struct Reach {
    /// What the operator allowed besides.
    pub(super) allowed: Arc<[Network]>,
    /// Whether public addresses may be.
    pub(super) public: bool,
}

impl Reach {
    pub(super) fn contains(&self, address: IpAddr) -> bool {
        (self.public && is_public(address)) || self.allowed.iter().any(|network| network.contains(address))
    }
}

/// Finds the addresses of a host and leaves out those that may not be called. The request goes to one of the addresses that
/// are left, so that no second look-up can answer another one.
impl Resolve for Reach {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.clone();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let addresses: Vec<SocketAddr> = found.filter(|address| reach.contains(address.ip())).collect();
            if addresses.is_empty() {
                return Err("no address of this host may be called".into());
            }
            let addresses: Addrs = Box::new(addresses.into_iter());
            Ok(addresses)
        })
    }
}
