//! The authorization endpoint (RFC 6749 section 3.1, OIDC Core section 3.1.2).
//!
//! A request is `Unchecked` until its client and its redirect URI hold: so long, an error can only be a page.
//! Then it is `Checked` and carries a `ReturnTo`, the only thing that can send an answer anywhere.

mod asked;
mod checked;
mod claims;
mod evaluate;
mod next;
mod pkce;
mod proof;
mod return_to;
mod scopes;
mod stage;
mod stored;
mod unchecked;
mod waiting;

pub use evaluate::authorize;
pub use next::{Next, Person, Unreturnable};
pub use proof::{after_choice, after_sign_in};
pub use return_to::{Delivery, Return};
pub use stored::{Posted, keep};
pub use waiting::{Waiting, WaitingFor, waiting};

pub(crate) use asked::Asked;
pub(crate) use checked::Checked;
pub(crate) use evaluate::{Outcome, Ready, answer, evaluate};

/// Where the authorization endpoint is.
pub const PATH: &str = "/v1/oauth2/authorize";

#[cfg(test)]
mod tests;
