//! Tokens that turned up where others can read them: whoever holds one can have it revoked, and scanners of secrets report
//! them by the batch.

mod kill;
mod report;
mod rule;
mod signature;

pub use report::{REVOKE_LEAKED, Signature, report};
pub use rule::scanner_rule;
pub use signature::{BadKey, check_keys};

#[cfg(test)]
mod tests;
