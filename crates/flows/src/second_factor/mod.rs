//! What is asked for besides the password: a code of an authenticator app (RFC 6238), a [passkey](crate::passkeys), or a
//! recovery code in the place of either. Of an account that has one, every living session was begun with it.

mod authenticator;
mod begin;
mod codes;
mod enrol;
mod pending;
mod prove;
mod remove;
mod required;

pub(crate) use begin::begin;
pub use begin::{LIFETIME, NoSecondStep, finish, waiting_for};
pub(crate) use codes::Codes;
pub use codes::make as make_codes;
pub use enrol::{Enrolled, Enrolment, NotEnrolled, confirm, offer};
pub(crate) use pending::Pending;
pub use prove::{State, state};
pub(crate) use prove::{budgets_of_proof, prove};
pub use remove::{remove, reset};
pub use required::{Owed, owed, owed_to, why_kept};
pub(crate) use required::{Removal, is_missing, missing};

#[cfg(test)]
mod tests;
