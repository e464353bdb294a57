//! What is written down for good: calls off the way of their answers, acts together with the change they are, all of it in
//! a chain that shows whether somebody tampered with it ([decision 7](../../../../docs/decisions/0007-audit-chain.md)).

mod beginning;
mod chain;
mod clean;
mod entry;
mod find;
mod id;
mod key;
mod list;
mod names;
mod origin;
mod queue;
mod settings;
mod verify;
mod write;

pub(crate) use clean::clean;
pub(crate) use entry::{Entry, act};
pub use find::find;
pub use list::{Events, Filter, Sort, events, list};
pub use names::{Names, names};
pub(crate) use origin::address;
pub use origin::from;
pub use queue::Audit;
pub use settings::{AuditSettings, WhenUnwritable};
pub use verify::{Head, Report, Tampered, verify};
pub use write::{flush, write};

#[cfg(test)]
mod tests;
