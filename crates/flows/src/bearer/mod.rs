//! What a presented token is worth, and the endpoints that say so: userinfo, introspection, revocation.

mod introspect;
mod revoke;
mod userinfo;
mod verdict;

pub use introspect::{Introspection, introspect};
pub use revoke::revoke;
pub use userinfo::userinfo;
pub use verdict::{Verdict, verdict};
