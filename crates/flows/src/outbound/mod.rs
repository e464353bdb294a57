//! Requests that the server makes itself, to addresses that clients name: their keys, their sectors, their logout; and to
//! sign-in providers. Nobody can have it call what only the server can reach.

mod client;
mod public;
mod resolver;

pub use client::{Outbound, OutboundAnswer, OutboundError, in_full, own_address, own_certificate_end};

#[cfg(test)]
mod tests;
