//! The guard: whether a request to somebody's API may pass.

mod decide;
mod media;
mod routes;

pub use decide::{Passed, decide};
pub use media::says_json;
pub use routes::GuardRoutes;

#[cfg(test)]
mod tests;
