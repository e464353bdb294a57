//! Signing in by somebody else's word: any OpenID Provider, and GitHub ([the guide](../../../../docs/upstream-sign-in.md)). Who a
//! provider says somebody is, is its issuer and its subject for them; nothing else that it tells lets anybody in.

mod arrive;
mod begin;
mod ceremony;
mod connect;
mod endpoints;
mod finish;
mod github;
mod openid;
mod preset;
mod provider;
mod transport;
mod trouble;
mod username;
mod who;

pub use begin::{Begun, begin};
pub use ceremony::{LIFETIME, Purpose};
pub use connect::{Connection, connections, disconnect, providers_of};
pub(crate) use endpoints::is_reached;
pub use endpoints::{callback_url, findings};
pub use finish::{Done, Stopped, finish};
pub use provider::{Provider, Providers};
pub use trouble::Trouble;

#[cfg(test)]
mod tests;
