//! Clients that register themselves (RFC 7591, OIDC Registration) and manage their registration (RFC 7592).
//!
//! What they send becomes the same draft that people type into forms, and is judged by the same rules. Such a client is
//! nobody's: whoever holds its registration access token may change it, and an administrator may close it.

mod answer;
mod initial;
mod manage;
mod register;
mod sent;

pub use initial::{
    NewInitialAccessToken, initial_access_tokens, make_initial_access_token, revoke_initial_access_token,
};
pub use manage::{read, replace, unregister};
pub use register::register;

#[cfg(test)]
mod tests;
