//! `/admin` and below.

mod branding;
mod clients;
mod keys;
mod mails;
mod organizations;
mod overview;
mod providers;
mod settings;
mod user;
mod user_new;
mod users;

pub use branding::{AdminBranding, BrandingSource};
pub use clients::{AdminClientRow, AdminClients};
pub use keys::{AdminKeyRow, AdminKeys, KeyFetcherRow};
pub use mails::{AdminMailRow, AdminMails};
pub use organizations::{AdminOrganizationRow, AdminOrganizations};
pub use overview::{AdminFinding, AdminOverview};
pub use providers::{AdminProviderRow, AdminProviders};
pub use settings::{AdminSettingRow, AdminSettings};
pub use user::{AdminClient, AdminOrganization, AdminRow, AdminUser};
pub use user_new::AdminUserNew;
pub use users::{AdminUserRow, AdminUsers};
