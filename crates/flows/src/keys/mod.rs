//! Signing keys: made by aws-lc, kept sealed, parsed once, published before they sign and until the last token they signed
//! is dead.

mod fetches;
mod hint;
mod key_ring;
mod key_set;
mod make;
mod public_jwk;
mod rotate;
mod signing_key;

pub(crate) use fetches::Fetches;
pub use fetches::{KeyFetcher, fetchers, flush_fetches, note_fetch, write_fetches};
pub use hint::{IdTokenHint, read_id_token_hint};
pub use key_ring::KeyRing;
pub use key_set::{KeySet, KeyState, PublishedKey};
pub use rotate::rotate;
pub use signing_key::{SigningError, SigningKey};

use postern_domain::Lifetime;

/// How long others may keep the JWKS document: the `max-age` it is answered with.
pub const JWKS_MAX_AGE: Lifetime = Lifetime::seconds(15 * 60);

/// How long an id_token is good for. It says who signed in, once, to the client that asked; it is no key to anything.
pub const ID_TOKEN_LIFETIME: Lifetime = Lifetime::seconds(60 * 60);

/// The `typ` of an id_token.
const ID_TOKEN_TYPE: &str = "JWT";

/// How far the clocks of nodes and relying parties may be apart, and how long nodes take to see a change.
const LEEWAY: Lifetime = Lifetime::seconds(60);

#[cfg(test)]
mod tests;
