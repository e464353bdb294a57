//! OAuth clients with their secrets, their logos and the calls of theirs that were refused of late.

mod errors;
mod find;
mod granted;
mod logos;
mod registrations;
mod rows;
mod secrets;
mod usage;

pub use errors::{ClientError, recent_errors, record_error};
pub(crate) use find::open_with;
pub use find::{count, count_up_to, find, find_by_identifier, find_by_name, list};
pub use granted::note_granted;
pub use logos::{Logo, find_logo, remove_logo, set_logo};
pub use registrations::{delete_unused, register_again};
pub use rows::{count_of_organization, count_of_user, delete, empty, insert, set_disabled, update_metadata};
pub use secrets::{delete_secret, delete_secrets, end_secrets, insert_secret};
pub use usage::{ClientUsage, count_errors, touch, usage};

#[cfg(test)]
mod tests;
