//! Where things are kept: one file per table family with its entity, queries and mapping.
//!
//! `Db::read` gives a connection for queries; [`Db::write`] is the only way to change anything. Functions that query
//! take the [`Db`], functions that change take the [`Tx`].

pub mod api_tokens;
pub mod app_approvals;
pub mod audit;
pub mod authenticators;
pub mod backup;
pub mod budgets;
mod cache;
mod changes;
pub mod clients;
pub mod consents;
mod consume;
mod count;
pub mod customers;
mod db;
mod epochs;
mod error;
mod exclusive;
pub mod grants;
pub mod initial_access_tokens;
pub mod invitations;
pub mod key_set_fetches;
pub mod logout_notices;
pub mod mails;
mod mapping;
mod migrate;
pub mod one_time_values;
pub mod organization_choices;
pub mod organizations;
pub mod passkeys;
pub mod passwords;
mod prefix;
mod queue;
pub mod recovery_codes;
pub mod recovery_links;
pub mod restore;
pub mod second_factors;
pub mod session_api_tokens;
pub mod session_clients;
pub mod sessions;
pub mod settings;
pub mod signing_keys;
#[cfg(test)]
mod testing;
pub mod token_ends;
pub mod tokens;
mod transactions;
pub mod transfer;
mod tx;
pub mod upstream_identities;
pub mod users;
mod writer;

pub use cache::{Cache, Looks};
pub use changes::Changes;
pub use consume::{OneTime, consume};
pub use db::{Database, Db};
pub use epochs::{Epochs, Freshness};
pub use error::StorageError;
pub use tx::{Tx, Work};
