//! API tokens: a person's own (`/settings/tokens`), an organization's (`/organizations/{slug}/tokens`), and those of
//! everybody for administrators (`/admin/tokens`).

mod form;
mod list;
mod new;
mod place;
mod renew;
mod revoke;
mod rotate;
mod show;
mod value;

pub use form::TokenForm;
pub use list::{TokenFilter, TokenRow, Tokens};
pub use new::TokenNew;
pub use place::TokenPlace;
pub use renew::TokenRenew;
pub use revoke::TokenRevoke;
pub use rotate::TokenRotate;
pub use show::{Token, TokenActions};
pub use value::{TokenOccasion, TokenValue};
