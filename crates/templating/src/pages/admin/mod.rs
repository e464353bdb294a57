//! `/admin` and below.

mod user;
mod users;

pub use user::{AdminClient, AdminOrganization, AdminRow, AdminUser};
pub use users::{AdminUserRow, AdminUsers};
