//! Mails: a subject, plain text and HTML each, from templates in `templates/mails/`.

mod account_end;
mod account_made;
mod email_changed;
mod factor_changed;
mod facts;
mod impersonated;
mod invitation;
mod mail;
mod new_device;
mod password_changed;
mod recovery;
mod token_ending;
mod token_leaked;
mod token_made;
mod token_revoked;
mod verification;

pub use account_end::AccountEnd;
pub use account_made::AccountMade;
pub use email_changed::EmailChanged;
pub use factor_changed::FactorChanged;
pub use impersonated::Impersonated;
pub use invitation::Invitation;
pub use mail::{Mail, MailFrame, MailVisitor, visit_all};
pub use new_device::NewDevice;
pub use password_changed::PasswordChanged;
pub use recovery::Recovery;
pub use token_ending::TokenEnding;
pub use token_leaked::TokenLeaked;
pub use token_made::TokenMade;
pub use token_revoked::TokenRevoked;
pub use verification::Verification;
