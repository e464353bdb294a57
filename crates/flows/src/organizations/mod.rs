//! Organizations: who belongs to them, what they demand of tokens and apps, and how they end.
//!
//! Each flow asks its [`Actor`](crate::Actor) first whether they may: the same answer for a page, the API and a command.

mod acts;
mod apps;
mod create;
mod delete;
mod find;
mod invitations;
mod join;
mod leave;
mod members;
mod overview;
mod policy;
mod rename;
mod transfer;

pub use apps::{App as OrganizationApp, AppState, approve, apps, withdraw};
pub use create::{NewOrganization, create};
pub use delete::delete;
pub(crate) use delete::delete_found;
pub use find::{Mine, clients, count, count_clients, find, find_named, list, owed, reached};
pub use invitations::{Invited, Pending, invitations, invite, revoke_invitation};
pub use join::{Bar, Joining, accept, decline, look};
pub use members::{Member, add, members, remove, set_role};
pub use overview::{Overview, overview};
pub use policy::{Effects, PolicyDraft, effects, set_policy};
pub use rename::rename;
pub use transfer::transfer;

#[cfg(test)]
mod tests;
