//! Passkeys (W3C Web Authentication): keys in people's devices that sign them in, after the device has made sure who holds it.
//! So a passkey is as much as a password and a code, and stands in for the [second step](crate::second_factor) too.

mod add;
mod ceremony;
mod copies;
mod manage;
mod prove;
mod relying_party;

pub use add::{Added, NotAdded, add, offer};
pub use ceremony::{Answer, Challenge};
pub use manage::{find, list, remove, rename};
pub use postern_storage::passkeys::Passkey;
pub use prove::{ask, ask_anyone, reauthenticate, second_step, sign_in};
pub use relying_party::are_possible;

#[cfg(test)]
mod tests;
