//! `/admin` and below.

mod clients;
mod keys;
mod mails;
mod organizations;
mod overview;
mod settings;
mod user;
mod users;

pub use clients::{AdminClientRow, AdminClients};
pub use keys::{AdminKeyRow, AdminKeys};
pub use mails::{AdminMailRow, AdminMails};
pub use organizations::{AdminOrganizationRow, AdminOrganizations};
pub use overview::{AdminFinding, AdminOverview};
pub use settings::{AdminSettingRow, AdminSettings};
pub use user::{AdminClient, AdminOrganization, AdminRow, AdminUser};
pub use users::{AdminUserRow, AdminUsers};
