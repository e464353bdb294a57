//! The guard over HTTP: asked by a reverse proxy, or as one itself.

mod hops;
mod identity;
mod judge;
mod proxy;
mod question;
mod upstream;

pub(crate) use identity::{blank, identify};
pub(crate) use judge::{counted, judge, known, refused};
pub use proxy::guarded;
pub(crate) use question::Question;
pub use upstream::{Upstream, UpstreamError};

#[cfg(test)]
mod tests;
