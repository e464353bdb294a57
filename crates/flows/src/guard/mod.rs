//! The guard: whether a request to somebody's API may pass.

mod decide;
mod routes;

pub use decide::{Passed, decide};
pub use routes::GuardRoutes;

#[cfg(test)]
mod tests;
