//! The token endpoint (RFC 6749 section 3.2): one file for each way to get tokens, and the table of them.

mod authorization_code;
mod details;
mod refresh_token;
mod resources;
mod retry;
mod table;
mod token;

pub use table::{Exchange, GRANTS, Grant, Request};
pub(crate) use token::revoke_family;
pub use token::token;

#[cfg(test)]
mod tests;
