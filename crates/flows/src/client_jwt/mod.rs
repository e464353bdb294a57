//! JWTs that clients sign: assertions of who they are (RFC 7523) and request objects (RFC 9101). The key is always one that
//! the client registered; nothing in a header says where to find another.

mod claims;
mod fetched;
mod jws;
mod keys;

pub(crate) use claims::{Audience, Members, Times};
pub(crate) use fetched::FetchedKeys;
pub(crate) use jws::ClientJwt;
pub(crate) use keys::{ClientKeys, place};

#[cfg(test)]
pub(crate) mod testing;
