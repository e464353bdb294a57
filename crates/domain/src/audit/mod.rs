//! What is written down for good: every call with a token, and every change that somebody made.

mod act;
mod action;
mod call;
mod event;
mod redacted;

pub use act::{Act, By, Target};
pub use action::{Action, UnknownAction};
pub use call::{Call, CallVerdict, Place};
pub use event::{Event, EventId, Outcome};
pub use redacted::{LONGEST_URL, redacted};
