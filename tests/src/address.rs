use std::net::{IpAddr, Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicU32, Ordering};

/// A TCP port nobody listens on at the moment.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("bind to a free port");
    listener.local_addr().expect("the bound address").port()
}

/// A name nobody else has: `what` with a number behind it.
pub fn unique(what: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    format!("{what}{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// An own loopback address for an actor, so that budgets of addresses don't mix between actors. Linux answers on all
/// of 127.0.0.0/8; elsewhere actors share one address.
pub(crate) fn own_address() -> Option<IpAddr> {
    static NEXT: AtomicU32 = AtomicU32::new(0x0100);
    let [_, b, c, d] = NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes();
    cfg!(target_os = "linux").then_some(IpAddr::V4(Ipv4Addr::new(127, 1 + b, c, d)))
}
