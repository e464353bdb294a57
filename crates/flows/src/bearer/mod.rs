//! What a presented token is worth, and the endpoints that say so: userinfo, introspection, revocation.

mod acting;
mod audience;
mod basic;
mod explain;
mod holder;
mod identity;
mod identity_token;
mod introspect;
mod judgement;
mod ready_limits;
mod revoke;
mod sent;
mod userinfo;
mod verdict;

pub use acting::on_behalf_of;
pub use audience::for_own_api;
pub use basic::basic_verdict;
pub use explain::{Explanation, explain};
pub use holder::Holder;
pub use identity::{Identity, identify};
pub use identity_token::{IDENTITY_TOKEN_TYPE, identity_token};
pub use introspect::{Introspection, introspect};
pub use judgement::{Judgement, OutsideLimits};
pub(crate) use ready_limits::ReadyLimits;
pub use revoke::revoke;
pub(crate) use sent::SentToken;
pub use sent::is_like_a_token;
pub use userinfo::{Userinfo, userinfo};
pub use verdict::{Verdict, session_verdict, verdict};

#[cfg(test)]
mod tests;
