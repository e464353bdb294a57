//! `/organizations` and below.

mod barred;
mod choose;
mod customer;
mod customers;
mod delete;
mod join;
mod list;
mod members;
mod new;
mod overview;
mod settings;

pub use barred::OrganizationBarred;
pub use choose::{ChooseOrganization, OrganizationOption};
pub use customer::{CustomerForm, ExistingCustomer};
pub use customers::{CustomerRow, Customers};
pub use delete::OrganizationDelete;
pub use join::OrganizationJoin;
pub use list::{OrganizationRow, Organizations};
pub use members::{InvitationRow, InviteForm, MemberRow, OrganizationMembers};
pub use new::OrganizationNew;
pub use overview::OrganizationOverview;
pub use settings::{NameForm, OrganizationApp, OrganizationSettings, PolicyForm};
