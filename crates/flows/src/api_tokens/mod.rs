//! Personal and organization tokens: what people and teams give to their scripts.

mod acts;
mod bulk;
mod check;
mod curl;
mod draft;
mod edit;
mod expiry;
mod list;
mod make;
mod mode;
mod names;
mod reach;
mod renew;
mod reveal;
mod revoke;
mod rotate;
mod shell_words;
mod try_request;

pub(crate) use acts::of as act_on;
pub use bulk::{Bulk, BulkPreview, OwnerShare, preview, revoke_matching};
pub use draft::TokenDraft;
pub use edit::{Change, plan, save};
pub use list::{Filter, List, count, list};
pub(crate) use make::hint;
pub use make::{Made, NewToken, make};
pub(crate) use mode::forget_silent;
pub use mode::{Presence, beat, check_mode, enter, leave};
pub(crate) use names::facts;
pub use names::{find_named, first_administrator, organization_named, owner_name, user_named};
pub(crate) use reach::owner_of;
pub use reach::{Offer, Relation, find, offer};
pub use renew::{Renewal, renew, renewal};
pub use reveal::{may_reveal, reveal};
pub use revoke::revoke;
pub use rotate::{OVERLAPS, Rotated, rotate};
pub(crate) use try_request::read_limits;
pub use try_request::{Trial, Tried, TriedLine, own_limits, try_request};

pub use postern_storage::api_tokens::{Owner, State};
pub use postern_storage::tokens::Token;

#[cfg(test)]
mod tests;
