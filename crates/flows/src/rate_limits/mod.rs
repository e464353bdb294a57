//! How often the API may be called: each caller has a bucket that is filled at the rate of their tier.

mod bucket;
mod count;
mod local;
mod shared;

pub use bucket::Whose;
pub use count::{Allowance, count};
pub use shared::check_url;

pub(crate) use count::Counters;

#[cfg(test)]
mod tests;
