//! OAuth clients as their owners and operators manage them.

mod acts;
mod check;
mod create;
mod draft;
mod edit;
mod insight;
mod logos;
mod manager;
mod protocol;
mod refused;
mod secrets;
mod sector;
mod snippets;
mod state;

pub(crate) use acts::{entry, facts};
pub(crate) use check::Rules;
pub use create::{NewClient, Registered, create};
pub(crate) use create::{kept, new_secret};
pub use draft::ClientDraft;
pub use edit::{Edited, delete, edit};
pub(crate) use edit::{delete_all_of, delete_found};
pub use insight::{Insight, RefusedCalls, count, insight, list};
pub(crate) use insight::{latest, of_owner, refused_calls, with_usage};
pub use logos::{remove_logo, set_logo};
pub use manager::{Manager, find, find_named, publisher};
pub use protocol::ProtocolDraft;
pub(crate) use refused::WrittenDown;
pub use refused::record_refusal;
pub use secrets::{Rotated, SECRET_OVERLAP, revoke_secret, rotate_secret};
pub(crate) use sector::check_sector;
pub use snippets::{ClientSnippet, snippets};
pub use state::set_closed;

pub use postern_storage::clients::ClientUsage;

#[cfg(test)]
mod tests;
