//! Mails: what is written to whom, queued with the change it tells of, and sent by a task of the server.

mod account;
mod deliver;
mod kinds;
mod message;
mod queue;
mod send;

pub use account::{
    AccountEnd, ChangedEmail, ChangedFactor, ChangedPassword, FactorChange, ImpersonatedMail, NewDevice,
    PasswordChange, RecoveryMail,
};
pub use deliver::{Delivery, DeliveryError, sender};
pub use kinds::{
    InvitationMail, LeakedToken, MadeToken, Mail, Recipient, RevokedToken, TokenEnds, TokenFacts,
    VerificationMail,
};
pub use message::Rendered;
pub use queue::{Outgoing, prepare, queue, queue_all};
pub(crate) use send::LEASE;
pub use send::{Letter, Renderer, pass};

#[cfg(test)]
mod tests;
