//! The authorization endpoint (RFC 6749 section 3.1, OIDC Core section 3.1.2).
//!
//! A request is `Unchecked` until its client and its redirect URI hold: so long, an error can only be a page.
//! Then it is `Checked` and carries a `ReturnTo`, the only thing that can send an answer anywhere.

mod asked;
mod checked;
mod choice;
mod choose;
mod claims;
mod consent_form;
mod decide;
mod evaluate;
mod meant;
mod next;
mod pkce;
mod posted;
mod proof;
mod pushed;
mod question;
mod remembered;
mod request_object;
mod return_to;
mod scopes;
mod source;
mod stage;
mod stored;
mod target;
mod unchecked;
mod waiting;

pub(crate) use asked::at_most;
pub use choose::{choose, is_choice};
pub use decide::{authorize, decide};
pub use meant::meant_beside;
pub use next::{
    Ask, AskedGroup, AskedScope, Candidate, Choose, Decision, Keeps, Limit, Next, Person, Reach,
    Unreturnable, Within,
};
pub use posted::{Posted, keep};
pub use proof::{after_choice, after_sign_in};
pub use pushed::{Pushed, push};
pub use return_to::{Delivery, Return};
pub(crate) use return_to::{LONGEST_STATE, with_answer};
pub use source::brings_request_object;
pub use target::Bar;
pub use waiting::{Waiting, WaitingFor, waiting};

/// Where the authorization endpoint is.
pub const PATH: &str = "/v1/oauth2/authorize";

#[cfg(test)]
mod tests;
